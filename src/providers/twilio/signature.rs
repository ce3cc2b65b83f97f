//! Whether a notification is really Twilio's: HMAC-SHA1 over its address and its form.
//!
//! The address is the public one, as Twilio called it: a proxy that ends TLS hides it from us, so
//! it is configured. Twilio signs some calls with the default port written out and some without.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-twilio-signature";

/// Why a notification is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No header.
    #[error("the notification is not signed: it must carry the header x-twilio-signature")]
    Missing,
    /// The header holds something else.
    #[error("the header x-twilio-signature holds no signature")]
    Malformed,
    /// Another token, another address or another form.
    #[error(
        "the signature does not fit: compare TWILIO_AUTH_TOKEN with the console, and \
         PGCASCADE_PUBLIC_URL with the address that is entered there"
    )]
    Wrong,
}

/// Checks the header's value against the public address, query included, and the form's fields.
///
/// # Errors
/// See [`SignatureError`]; each is a reason to refuse, none is one to let through.
pub fn verify(
    auth_token: &SecretString,
    header: Option<&str>,
    url: &str,
    form: &[(String, String)],
) -> Result<(), SignatureError> {
    let header = header.map(str::trim).unwrap_or_default();
    if header.is_empty() {
        return Err(SignatureError::Missing);
    }
    let signature = STANDARD
        .decode(header)
        .map_err(|_| SignatureError::Malformed)?;
    let mut fields = form.iter().collect::<Vec<_>>();
    fields.sort();
    // A field that comes twice with one value is signed once.
    fields.dedup();
    let fields = fields
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value]);
    let fields = fields.collect::<String>();
    let token = auth_token.expose_secret().trim().as_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token);
    // Compared in constant time.
    let fits = |url: &String| hmac::verify(&key, format!("{url}{fields}").as_bytes(), &signature);
    match spellings(url).iter().any(|url| fits(url).is_ok()) {
        true => Ok(()),
        false => Err(SignatureError::Wrong),
    }
}

/// The address as given, with its default port, and without any port.
fn spellings(url: &str) -> Vec<String> {
    let url = url.split('#').next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return vec![url.to_owned()];
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let port = if scheme == "http" { 80 } else { 443 };
    vec![
        url.to_owned(),
        format!("{scheme}://{host}:{port}{path}"),
        format!("{scheme}://{host}{path}"),
    ]
}
