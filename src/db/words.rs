//! The words of a connection URL or key=value string, taken apart and put together again.
//!
//! The driver parses a whole string or nothing, and refuses words that every hosted database hands
//! out. So the parameters are split off here, ours are taken out by `libpq.rs`, and the rest goes
//! back to the driver in the form it came in.

use super::url_error::UrlError;
use ::url::form_urlencoded;

/// A connection string as a part that only the driver reads, and its parameters in order.
#[derive(Clone)]
pub(super) struct Words {
    /// Scheme, credentials, hosts and path of a URL; None for the key=value form.
    base: Option<String>,
    /// Decoded names and values.
    parameters: Vec<(String, String)>,
}

impl Words {
    /// Splits either form.
    pub(super) fn split(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::split_url(text));
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(UrlError::Scheme(scheme.to_owned()));
        }
        Self::split_pairs(text)
    }

    /// Splits `postgresql://…?name=value&…`.
    fn split_url(text: &str) -> Self {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        // libpq takes a plus sign literally; the form decoder would make a space of it.
        let query = query.replace('+', "%2B");
        let parameters = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Self {
            base: Some(base.to_owned()),
            parameters,
        }
    }

    /// Splits `name=value name='quoted value' …`.
    fn split_pairs(text: &str) -> Result<Self, UrlError> {
        let mut rest = text;
        let mut parameters = Vec::new();
        while !rest.trim_start().is_empty() {
            let Some((name, tail)) = rest.split_once('=') else {
                return Err(UrlError::Pairs);
            };
            let name = name.trim();
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(UrlError::Pairs);
            }
            let (value, tail) = pair_value(tail.trim_start())?;
            parameters.push((name.to_owned(), value));
            rest = tail;
        }
        Ok(Self {
            base: None,
            parameters,
        })
    }

    /// Takes a parameter out and returns the last value given for it.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let mut last = None;
        self.parameters.retain_mut(|(key, value)| {
            let found = key == name;
            if found {
                last = Some(std::mem::take(value));
            }
            !found
        });
        last
    }

    /// Adds a parameter for the driver.
    pub(super) fn put(&mut self, name: &str, value: &str) {
        self.parameters.push((name.to_owned(), value.to_owned()));
    }

    /// Hosts and ports of a URL, or the host of the key=value form, as they were written.
    pub(super) fn address(&self) -> String {
        match &self.base {
            Some(base) => base[address_start(base)..].to_owned(),
            None => self
                .parameters
                .iter()
                .filter(|(name, _)| name == "host" || name == "port")
                .map(|(_, value)| format!(":{value}"))
                .collect(),
        }
    }

    /// Changes hosts and ports; credentials stay untouched.
    pub(super) fn change_address(&mut self, change: impl Fn(&str) -> String) {
        if let Some(base) = &mut self.base {
            let start = address_start(base);
            let address = change(&base[start..]);
            base.truncate(start);
            base.push_str(&address);
            return;
        }
        // Host and port are judged together, so they are changed together.
        let changed = change(&self.address());
        let mut parts = changed.split(':').skip(1);
        for (name, value) in &mut self.parameters {
            if (name == "host" || name == "port")
                && let Some(part) = parts.next()
            {
                *value = part.to_owned();
            }
        }
    }

    /// The names of the parameters that are still here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(name, _)| name.as_str())
    }

    /// The connection string of what is still here, in the form it was given.
    pub(super) fn join(&self) -> String {
        match &self.base {
            Some(base) if self.parameters.is_empty() => base.clone(),
            Some(base) => {
                let query: Vec<String> = self
                    .parameters
                    .iter()
                    .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                    .collect();
                format!("{base}?{}", query.join("&"))
            }
            None => {
                let pairs: Vec<String> = self
                    .parameters
                    .iter()
                    .map(|(name, value)| format!("{name}='{}'", escape(value)))
                    .collect();
                pairs.join(" ")
            }
        }
    }
}

/// Where the hosts of a URL begin: after the credentials, or after the scheme.
fn address_start(base: &str) -> usize {
    base.find('@')
        .map(|at| at + 1)
        .or_else(|| base.find("://").map(|at| at + 3))
        .unwrap_or(0)
}

/// Percent-encodes as the driver decodes: a space is `%20`, never a plus sign.
fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Escapes what a quoted value cannot hold raw.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Reads one value of the key=value form; returns it and what follows.
fn pair_value(text: &str) -> Result<(String, &str), UrlError> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut letters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            space if !quoted && space.is_whitespace() => return Ok((value, &text[at..])),
            other => value.push(other),
        }
    }
    if quoted {
        Err(UrlError::Pairs)
    } else {
        Ok((value, ""))
    }
}
