//! The service's answer to one address → our verdict, or what is wrong with the account (pure).

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::outreach::email_verifier::{Verdict, Verification};
use crate::providers::foreign;

use super::Caution;

/// What is kept of an answer. `email` is left out: the caller has it, and one place is enough.
const KEPT: [&str; 10] = [
    "result",
    "resultcode",
    "subresult",
    "quality",
    "free",
    "role",
    "didyoumean",
    "credits",
    "executiontime",
    "livemode",
];

/// What an `error` text says about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No credits are left.
    Credits,
    /// Our address is blocked, usually after many calls with a wrong key.
    Blocked,
    /// The key is missing, unknown or switched off.
    Key,
    /// The service's own trouble, or words nobody has seen yet.
    Other,
}

impl Fault {
    /// Reads an `error` text by keyword; the service writes it with spaces or underscores.
    pub(super) fn of(error: &str) -> Self {
        let error = error.to_lowercase().replace('_', " ");
        let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
        if says(&["credit"]) {
            Fault::Credits
        } else if says(&["block", "ip address"]) {
            Fault::Blocked
        } else if says(&["apikey", "api key", "no api"]) {
            Fault::Key
        } else {
            Fault::Other
        }
    }

    /// The class and the operator's sentence.
    pub(super) fn answer<T>(self, error: &str, key: &SecretString) -> Answer<T> {
        let said = foreign::quote(error, Some(key));
        match self {
            Fault::Credits => Answer::Credential {
                reason: format!(
                    "MillionVerifier has no credits left for this account (it says: {said}). Buy \
                     credits in its dashboard, then resume the stage; no address was marked."
                ),
            },
            Fault::Blocked => Answer::Credential {
                reason: format!(
                    "MillionVerifier blocks the network address of this machine (it says: {said}). \
                     Ask its support to lift the block, restart the daemon, then resume the stage."
                ),
            },
            Fault::Key => Answer::Credential {
                reason: format!(
                    "MillionVerifier refuses the key (it says: {said}). Set \
                     MILLIONVERIFIER_API_KEY to the key its dashboard shows, restart the daemon, \
                     then resume the stage."
                ),
            },
            Fault::Other => Answer::Transient {
                reason: format!(
                    "MillionVerifier could not check the address (it says: {said}). The check is \
                     repeated by itself; if it goes on, look at the service's status page."
                ),
            },
        }
    }
}

/// What one answered question comes to: a verdict, or a fault of the account or the service.
pub(super) enum Judgement {
    /// The address was judged.
    Verified(Verification),
    /// The service did not judge; the text is its own.
    Fault(Fault, String),
}

/// Judges the body of an answer. Nothing in it is trusted to have its documented type.
pub(super) fn judge(body: &Map<String, Value>, caution: Caution) -> Judgement {
    let text = |key: &str| {
        body.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim()
    };
    let error = text("error");
    if !error.is_empty() {
        return Judgement::Fault(Fault::of(error), error.to_owned());
    }
    let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
    let risky = (caution.role_is_risky && flag("role")) || (caution.free_is_risky && flag("free"));
    let code = body.get("resultcode").and_then(Value::as_u64);
    let verdict = match (text("result").to_lowercase().as_str(), code) {
        ("ok", _) | ("", Some(1)) if risky => Verdict::Risky,
        ("ok", _) | ("", Some(1)) => Verdict::Valid,
        ("catch_all", _) | ("", Some(2)) => Verdict::Risky,
        ("unknown" | "unverified", _) | ("", Some(3)) => Verdict::Unknown,
        ("disposable" | "invalid", _) | ("", Some(5 | 6)) => Verdict::Invalid,
        ("error", _) | ("", Some(4)) => {
            return Judgement::Fault(Fault::Other, String::from("an error without a text"));
        }
        ("", _) => return Judgement::Fault(Fault::Other, String::from("no result")),
        (other, _) => {
            return Judgement::Fault(Fault::Other, format!("the unknown result \"{other}\""));
        }
    };
    Judgement::Verified(Verification {
        verdict,
        details: details(body),
    })
}

/// The kept part of an answer.
fn details(body: &Map<String, Value>) -> Value {
    let kept = KEPT
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), body.get(*key)?.clone())));
    let mut kept = kept.collect::<Map<_, _>>();
    // An empty correction is the service's way to say "none"; a correction that repeats the
    // address says nothing and would keep the address in a second place.
    let correction = body
        .get("didyoumean")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if correction.is_empty() || body.get("email").and_then(Value::as_str) == Some(correction) {
        kept.remove("didyoumean");
    }
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(body: Value) -> Judgement {
        judge(body.as_object().unwrap(), Caution::default())
    }

    fn verdict(body: Value) -> Verdict {
        match judged(body) {
            Judgement::Verified(verification) => verification.verdict,
            Judgement::Fault(fault, text) => panic!("{fault:?}: {text}"),
        }
    }

    #[test]
    fn every_documented_result_has_its_verdict() {
        assert_eq!(
            verdict(json!({"result": "ok", "resultcode": 1})),
            Verdict::Valid
        );
        assert_eq!(
            verdict(json!({"result": "catch_all", "resultcode": 2})),
            Verdict::Risky
        );
        assert_eq!(
            verdict(json!({"result": "unknown", "resultcode": 3})),
            Verdict::Unknown
        );
        assert_eq!(
            verdict(json!({"result": "disposable", "resultcode": 5})),
            Verdict::Invalid
        );
        assert_eq!(
            verdict(json!({"result": "invalid", "resultcode": 6})),
            Verdict::Invalid
        );
        assert_eq!(verdict(json!({"result": "unverified"})), Verdict::Unknown);
        assert_eq!(verdict(json!({"resultcode": 2})), Verdict::Risky);
    }

    #[test]
    fn a_deliverable_role_or_free_address_is_risky_and_an_invalid_one_stays_invalid() {
        assert_eq!(
            verdict(json!({"result": "ok", "role": true})),
            Verdict::Risky
        );
        assert_eq!(
            verdict(json!({"result": "ok", "free": true})),
            Verdict::Risky
        );
        assert_eq!(
            verdict(json!({"result": "invalid", "role": true})),
            Verdict::Invalid
        );
        let body = json!({"result": "ok", "free": true, "role": true});
        let careless = Caution {
            role_is_risky: false,
            free_is_risky: false,
        };
        let Judgement::Verified(verification) = judge(body.as_object().unwrap(), careless) else {
            panic!("an ok answer is a verdict");
        };
        assert_eq!(verification.verdict, Verdict::Valid);
    }

    #[test]
    fn an_error_text_is_read_by_its_keywords() {
        assert_eq!(Fault::of("Insufficient credits"), Fault::Credits);
        assert_eq!(Fault::of("IP address blocked"), Fault::Blocked);
        assert_eq!(Fault::of("Apikey not found"), Fault::Key);
        assert_eq!(Fault::of("apikey_not_found"), Fault::Key);
        assert_eq!(Fault::of("No apikey specified"), Fault::Key);
        assert_eq!(Fault::of("Internal error"), Fault::Other);
        assert_eq!(Fault::of("No email specified"), Fault::Other);
    }

    #[test]
    fn an_answer_that_says_nothing_known_is_a_fault() {
        for body in [
            json!({}),
            json!({"result": "error"}),
            json!({"result": "sunny"}),
        ] {
            assert!(matches!(judged(body), Judgement::Fault(Fault::Other, _)));
        }
        let key_refused = json!({"result": "ok", "error": "Apikey not found"});
        assert!(matches!(
            judged(key_refused),
            Judgement::Fault(Fault::Key, _)
        ));
    }

    #[test]
    fn the_details_keep_credits_and_correction_and_not_the_address() {
        let body = json!({
            "email": "jane@gmal.com", "result": "invalid", "quality": "bad", "credits": 7,
            "didyoumean": "jane@gmail.com", "api": "key", "error": "",
        });
        let Judgement::Verified(verification) = judged(body) else {
            panic!("a verdict")
        };
        let kept = json!({
            "result": "invalid", "quality": "bad", "credits": 7, "didyoumean": "jane@gmail.com",
        });
        assert_eq!(verification.details, kept);
    }
}
