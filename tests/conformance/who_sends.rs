//! Which services send texts and answer questions, by the keys that are set.

use clap::{Args, Command};
use pgcascade::app;
use pgcascade::config::{Chat, Texts};

use crate::support::fake_receiver::SECRET;

/// Settings as the command line gives them.
fn settings<T: Args>(flags: &[&str]) -> T {
    let command = T::augment_args(Command::new("test"));
    // Nothing of the machine's own settings may play a part.
    let command = command.mut_args(|arg| arg.env(None::<&'static str>));
    let arguments = std::iter::once("test").chain(flags.iter().copied());
    T::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
}

/// The names of those who send.
fn senders(flags: &[&str]) -> Result<Vec<String>, String> {
    crate::support::install_crypto();
    let gateways = app::sms(&settings::<Texts>(flags)).map_err(|error| error.to_string())?;
    Ok(gateways
        .iter()
        .map(|(name, gateway)| format!("{name}={}", gateway.name()))
        .collect())
}

const GHL: [&str; 4] = ["--ghl-api-key", "pit-x", "--ghl-location-id", "L1"];
const TWILIO: [&str; 6] = [
    "--twilio-account-sid",
    "AC0",
    "--twilio-auth-token",
    "t",
    "--twilio-from",
    "+15125550100",
];
const WEBHOOK: [&str; 4] = [
    "--text-webhook-url",
    "https://n8n.example.com/webhook/texts",
    "--text-webhook-secret",
    SECRET,
];

#[test]
fn without_any_key_sandboxes_take_the_texts() {
    let expected = [
        "ghl=ghl-sandbox",
        "twilio=twilio-sandbox",
        "webhook=webhook-sandbox",
    ]
    .map(String::from);
    assert_eq!(senders(&[]), Ok(expected.to_vec()));
}

#[test]
fn beside_a_real_service_no_sandbox_swallows_texts() {
    assert_eq!(senders(&GHL), Ok(vec![String::from("ghl=ghl")]));
    assert_eq!(senders(&TWILIO), Ok(vec![String::from("twilio=twilio")]));
    assert_eq!(senders(&WEBHOOK), Ok(vec![String::from("webhook=webhook")]));
    let all = [GHL.as_slice(), &TWILIO, &WEBHOOK].concat();
    assert_eq!(senders(&all).map(|names| names.len()), Ok(3));
}

#[test]
fn half_a_setting_is_refused_with_the_name_of_the_other_half() {
    for (flags, missing) in [
        (&GHL[..2], "GHL_LOCATION_ID"),
        (&TWILIO[..2], "TWILIO_AUTH_TOKEN"),
        (&TWILIO[2..4], "TWILIO_ACCOUNT_SID"),
        (&TWILIO[..4], "TWILIO_FROM"),
        (&WEBHOOK[..2], "PGCASCADE_TEXT_WEBHOOK_SECRET"),
        (&WEBHOOK[2..], "PGCASCADE_TEXT_WEBHOOK_URL"),
        (
            &[WEBHOOK[0], WEBHOOK[1], WEBHOOK[2], "hunter2"][..],
            "PGCASCADE_TEXT_WEBHOOK_SECRET",
        ),
        (&["--ghl-base-url", "ftp://x"][..], "GHL_BASE_URL"),
        (&["--twilio-base-url", "x"][..], "TWILIO_BASE_URL"),
    ] {
        let said = senders(flags).unwrap_err();
        assert!(said.contains(missing), "{flags:?}: {said}");
    }
}

#[test]
fn notifications_are_proved_by_the_published_key_unless_others_are_set() {
    let keys = |flags: &[&str]| settings::<Texts>(flags).notification_keys();
    let published = keys(&[]).unwrap();
    assert!(published.ghl_secret.is_none() && published.twilio.is_empty());
    let said = keys(&["--ghl-webhook-public-key", "nonsense"])
        .unwrap_err()
        .to_string();
    assert!(said.contains("GHL_WEBHOOK_PUBLIC_KEY"), "{said}");
    let said = keys(&["--ghl-webhook-secret", "short"])
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("at least 16") && !said.contains("short-"),
        "{said}"
    );
    let set = keys(&[
        "--ghl-webhook-secret",
        "long-enough-a-secret",
        "--public-url",
        "https://x.y",
    ]);
    let set = set.unwrap();
    assert!(set.ghl_secret.is_some() && set.public_url.is_some());
    assert!(!format!("{set:?}").contains("long-enough"));
}

#[test]
fn the_model_is_a_sandbox_without_a_key_and_its_prices_are_checked() {
    crate::support::install_crypto();
    let chat = |flags: &[&str]| app::chat(&settings::<Chat>(flags));
    assert_eq!(chat(&[]).unwrap().name(), "openai-sandbox");
    let key = ["--openai-api-key", "sk-x", "--openai-prices", "0.4,0.1,1.6"];
    assert_eq!(chat(&key).unwrap().name(), "openai");
    let said = chat(&["--openai-prices", "cheap"])
        .err()
        .unwrap()
        .to_string();
    assert!(said.contains("OPENAI_PRICES"), "{said}");
}
