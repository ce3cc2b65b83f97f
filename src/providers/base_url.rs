//! Where a service is: a URL that was checked once and can be printed.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// The address of a service as the operator gave it, such as `https://api.apify.com`.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is no base URL. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL at all.
    #[error("the base URL cannot be read: write it like https://api.example.com")]
    Unreadable,
    /// Neither http nor https.
    #[error("the base URL must begin with https:// or http://")]
    Scheme,
    /// User name, password, query or fragment: keys have their own settings.
    #[error("the base URL must be an address only: no user, password, ? or #; keys go elsewhere")]
    Extras,
}

impl BaseUrl {
    /// Reads and checks a base URL; a path (of a gateway, say) is kept.
    ///
    /// # Errors
    /// Says what to write instead.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| BaseUrlError::Unreadable)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme);
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if bare {
            Ok(Self(url))
        } else {
            Err(BaseUrlError::Extras)
        }
    }

    /// The URL of a resource below this one; each segment is escaped.
    pub fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        // A checked http(s) URL always has path segments, so nothing is left out here.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// True if the service runs on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_with_a_password_is_refused_without_repeating_it() {
        let error = BaseUrl::parse("https://user:hunter2@example.com").unwrap_err();
        assert_eq!(error, BaseUrlError::Extras);
        assert!(!error.to_string().contains("hunter2"));
        assert_eq!(
            BaseUrl::parse("ftp://example.com"),
            Err(BaseUrlError::Scheme)
        );
        assert_eq!(
            BaseUrl::parse("api.example.com"),
            Err(BaseUrlError::Unreadable)
        );
        assert_eq!(
            BaseUrl::parse("https://example.com/?api=k"),
            Err(BaseUrlError::Extras)
        );
    }

    #[test]
    fn a_path_is_kept_and_every_segment_is_escaped() {
        let base = BaseUrl::parse("http://127.0.0.1:8080/gateway/").unwrap();
        assert!(base.is_loopback());
        let url = base.join(["v2", "actors", "user~name", "a/b?c"]);
        assert_eq!(url.path(), "/gateway/v2/actors/user~name/a%2Fb%3Fc");
        assert_eq!(url.query(), None);
    }
}
