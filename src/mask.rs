//! Phones and e-mails whose `Display` is masked: the only way a person reaches a log.

use std::fmt;

/// An e-mail address that prints as `j***@example.com`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Wraps any text; nothing is checked, because a broken address must be masked too.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The address itself, for the call that needs it. Never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => {
                let first = local.chars().next().map(String::from).unwrap_or_default();
                write!(f, "{first}***@{domain}")
            }
            None => f.write_str("***"),
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A phone number that prints as `***12`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Wraps any text; nothing is checked, because a broken number must be masked too.
    pub fn new(number: impl Into<String>) -> Self {
        Self(number.into())
    }

    /// The number itself, for the call that needs it. Never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: Vec<char> = self.0.chars().filter(char::is_ascii_digit).collect();
        match digits.as_slice() {
            [.., a, b] if digits.len() > 4 => write!(f, "***{a}{b}"),
            _ => f.write_str("***"),
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_never_printed_in_full() {
        assert_eq!(
            Email::new("jane.doe@example.com").to_string(),
            "j***@example.com"
        );
        assert_eq!(Email::new("not an address").to_string(), "***");
        assert_eq!(format!("{:?}", Phone::new("+1 202-555-0142")), "***42");
        assert_eq!(Phone::new("911").to_string(), "***");
    }
}
