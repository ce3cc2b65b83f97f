//! Whether a notification is really GoHighLevel's: an Ed25519 signature over the raw body.
//!
//! The signature covers the bytes as they came, so nothing may parse and write them again before.
//! It covers no time: how old a notification is stands in its body (`webhook`). Several keys may be
//! accepted at once, so that a key can be changed without losing a text.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-ghl-signature";

/// The service's key as published; other keys replace it by configuration.
const PUBLISHED_KEY: &str = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";

/// What stands before the 32 bytes of an Ed25519 key in its usual wrapping (RFC 8410).
const WRAPPING: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// The keys whose signatures are accepted: at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKeys(Vec<[u8; KEY_BYTES]>);

/// A text that holds no usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an Ed25519 public key: paste it as PEM or as its base64 line; separate several by commas"
)]
pub struct PublicKeyError;

/// Why a notification is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No header, or one that says that there is no signature.
    #[error("the notification is not signed: it must carry the header x-ghl-signature")]
    Missing,
    /// The header holds something else.
    #[error("the header x-ghl-signature holds no Ed25519 signature")]
    Malformed,
    /// Another key, or other bytes.
    #[error(
        "the signature does not fit: the body was altered on its way, or the key changed (set \
         GHL_WEBHOOK_PUBLIC_KEY to the new one)"
    )]
    Wrong,
}

impl PublicKeys {
    /// Reads one key or several: PEM (line breaks may be written as `\n`) or bare base64,
    /// separated by commas or white space.
    ///
    /// # Errors
    /// One of them is no key, or there is none.
    pub fn parse(text: &str) -> Result<Self, PublicKeyError> {
        let text = text.replace("\\n", "\n");
        let keys = if text.contains("-----BEGIN") {
            text.split("-----BEGIN PUBLIC KEY-----")
                .skip(1)
                .map(|block| block.split("-----END").next().unwrap_or_default())
                .map(|block| key(&block.split_whitespace().collect::<String>()))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            text.split(|c: char| c == ',' || c.is_whitespace())
                .filter(|part| !part.is_empty())
                .map(key)
                .collect::<Result<Vec<_>, _>>()?
        };
        match keys.is_empty() {
            true => Err(PublicKeyError),
            false => Ok(Self(keys)),
        }
    }

    /// The key that the service has published.
    ///
    /// # Errors
    /// Never, unless the constant was damaged.
    pub fn published() -> Result<Self, PublicKeyError> {
        Self::parse(PUBLISHED_KEY)
    }

    /// Checks the header's value against the body as it came.
    ///
    /// # Errors
    /// See [`SignatureError`]; each is a reason to refuse, none is one to let through.
    pub fn verify(&self, header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
        let header = header.map(str::trim).unwrap_or_default();
        // Seen in the wild on deliveries that were not signed.
        if header.is_empty() || header == "N/A" {
            return Err(SignatureError::Missing);
        }
        let signature = STANDARD
            .decode(header)
            .map_err(|_| SignatureError::Malformed)?;
        if signature.len() != SIGNATURE_BYTES {
            return Err(SignatureError::Malformed);
        }
        let fits = |key: &[u8; KEY_BYTES]| {
            UnparsedPublicKey::new(&ED25519, key)
                .verify(body, &signature)
                .is_ok()
        };
        match self.0.iter().any(fits) {
            true => Ok(()),
            false => Err(SignatureError::Wrong),
        }
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} public keys", self.0.len())
    }
}

/// The key in its wrapping or bare.
fn key(base64: &str) -> Result<[u8; KEY_BYTES], PublicKeyError> {
    let bytes = STANDARD.decode(base64).map_err(|_| PublicKeyError)?;
    let bare = bytes.strip_prefix(&WRAPPING).unwrap_or(&bytes);
    bare.try_into().map_err(|_| PublicKeyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_pem_as_base64_and_with_written_line_breaks() {
        let published = PublicKeys::published().unwrap();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{PUBLISHED_KEY}\n-----END PUBLIC KEY-----");
        for text in [
            pem.clone(),
            pem.replace('\n', "\\n"),
            format!(" {PUBLISHED_KEY}\n"),
        ] {
            assert_eq!(PublicKeys::parse(&text), Ok(published.clone()), "{text}");
        }
        for several in [
            format!("{PUBLISHED_KEY},{PUBLISHED_KEY}"),
            format!("{pem}\n{pem}"),
        ] {
            assert_eq!(PublicKeys::parse(&several).unwrap().0.len(), 2, "{several}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let rsa = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END";
        for text in ["", " , ", "not base64!", "aGVsbG8=", rsa] {
            assert_eq!(PublicKeys::parse(text), Err(PublicKeyError), "{text}");
        }
    }
}
