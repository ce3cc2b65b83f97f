//! The signature of Standard Webhooks, and what a secret must look like.

use secrecy::{ExposeSecret, SecretString};
use standardwebhooks::Webhook;

/// What every signing secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret: fewer can be guessed, more gain nothing.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// While one secret replaces another, both sign.
const SECRETS_MAX: usize = 2;

/// Signs messages with one secret, or with two while one replaces the other.
pub struct Signer(Vec<Webhook>);

/// A secret that is none. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must hold whsec_ and 24 to 64 random bytes in base64, or two of these parted by a blank"
)]
pub struct NoSecret;

impl Signer {
    /// Reads the secrets.
    ///
    /// # Errors
    /// One of them is none: the library below would take an empty one.
    pub fn new(secrets: &SecretString) -> Result<Self, NoSecret> {
        let signers = secrets
            .expose_secret()
            .split_whitespace()
            .map(signer)
            .collect::<Result<Vec<_>, _>>()?;
        match signers.len() {
            1..=SECRETS_MAX => Ok(Self(signers)),
            _ => Err(NoSecret),
        }
    }

    /// The value of `webhook-signature`; `at` is this attempt's time in Unix seconds.
    ///
    /// # Errors
    /// The library refuses to sign, which it does for no text.
    pub fn sign(&self, id: &str, at: i64, body: &str) -> Result<String, NoSecret> {
        let signatures = self.0.iter().map(|signer| {
            let signature = signer.sign(id, at, body.as_bytes());
            signature.map_err(|_| NoSecret)
        });
        Ok(signatures.collect::<Result<Vec<_>, _>>()?.join(" "))
    }
}

fn signer(secret: &str) -> Result<Webhook, NoSecret> {
    let encoded = secret.strip_prefix(PREFIX).ok_or(NoSecret)?;
    let bytes = encoded.trim_end_matches('=').len() * 3 / 4;
    if !SECRET_BYTES.contains(&bytes) {
        return Err(NoSecret);
    }
    Webhook::new(secret).map_err(|_| NoSecret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn signer(text: &str) -> Result<Signer, NoSecret> {
        Signer::new(&SecretString::from(text))
    }

    #[test]
    fn the_published_example_gets_its_published_signature() {
        let signed = signer(SECRET).unwrap().sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signed.as_deref(),
            Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }

    #[test]
    fn two_secrets_sign_while_one_replaces_the_other() {
        let both = signer(&format!("{SECRET} whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"));
        let signed = both.unwrap().sign("evt_1_x", 1, "{}").unwrap();
        assert_eq!(signed.split(' ').count(), 2);
        assert!(signed.split(' ').all(|one| one.starts_with("v1,")));
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for text in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_not base64 at all, and too many words",
        ] {
            assert!(signer(text).is_err(), "{text}");
        }
    }
}
