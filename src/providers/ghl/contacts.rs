//! The contact behind a number: found, made if there is none, and compared with the number.
//!
//! The service's own matching may put e-mail before phone and give back another person, so a
//! contact counts only if it carries the number that we mean to text.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GhlClient;
use super::refusal::{Refusals, opted_out};
use crate::mask::Phone;
use crate::messaging::sms_gateway::Recipient;
use crate::providers::sms_call::{Purpose, Refusal, Refuses, rejected};

/// The API version that the contacts' paths are written for.
const VERSION: &str = "2021-07-28";

/// Digits of a North American number without its country code.
const NATIONAL_DIGITS: usize = 10;

/// A contact, as far as it concerns us.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GhlContact {
    pub(super) id: String,
    pub(super) phone: Option<String>,
    /// Do not disturb, all channels. Read with tolerance, as the next: shapes differ by endpoint.
    #[serde(default)]
    dnd: Value,
    /// Do not disturb, by channel.
    #[serde(default)]
    dnd_settings: Value,
}

/// The service wraps a contact; `{"contact": null}` says that there is none.
#[derive(Debug, Deserialize)]
struct Wrapped {
    contact: Option<GhlContact>,
}

impl GhlContact {
    /// Reads a contact out of any JSON that holds one.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        Self::deserialize(json).ok()
    }

    /// Whether the person wants no texts; the setting of the channel wins over the general one.
    pub(super) fn wants_no_texts(&self) -> bool {
        match self.dnd_settings["SMS"]["status"].as_str() {
            Some(status) => matches!(status, "active" | "permanent"),
            None => self.dnd.as_bool().unwrap_or(false),
        }
    }

    /// Whether this contact is the person with this number.
    fn has(&self, phone: &Phone) -> bool {
        self.phone
            .as_deref()
            .is_some_and(|theirs| is_same_number(theirs, phone.reveal()))
    }
}

/// Compares numbers however they are written; the country code of North America may be left out.
pub(super) fn is_same_number(a: &str, b: &str) -> bool {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let national = |digits: &str| match digits.strip_prefix('1') {
        Some(rest) if rest.len() == NATIONAL_DIGITS => rest.to_owned(),
        _ => digits.to_owned(),
    };
    let (a, b) = (digits(a), digits(b));
    !a.is_empty() && national(&a) == national(&b)
}

impl GhlClient {
    /// The contact that a text to this recipient goes to.
    pub(super) async fn contact_for(&self, recipient: &Recipient) -> Result<GhlContact, Refusal> {
        let contact = self.matching_contact(recipient).await?;
        match contact.wants_no_texts() {
            true => Err(opted_out("the contact's setting")),
            false => Ok(contact),
        }
    }

    async fn matching_contact(&self, recipient: &Recipient) -> Result<GhlContact, Refusal> {
        let phone = &recipient.phone;
        if let Some(id) = &recipient.contact_id
            && let Some(contact) = self.contact(id).await?
            && contact.has(phone)
        {
            return Ok(contact);
        }
        if let Some(contact) = self.contact_by_number(phone).await? {
            return Ok(contact);
        }
        let made = self.upsert(recipient).await?;
        let contact = match &made.phone {
            Some(_) => made,
            // Without a number there is nothing to compare: ask for the whole contact.
            None => self.contact(&made.id).await?.unwrap_or(made),
        };
        if contact.has(phone) {
            return Ok(contact);
        }
        Err(rejected(format!(
            "GoHighLevel gave the contact of another person for the number {phone}: it found \
             somebody by other data. Enter the number in the right contact there, or merge the \
             two, then retry."
        )))
    }

    /// A contact by its id; None if it is gone.
    pub(super) async fn contact(&self, id: &str) -> Result<Option<GhlContact>, Refusal> {
        // An id that is no id would lead to another path.
        if id.trim().is_empty() {
            return Ok(None);
        }
        let url = self.config.base_url.join(["contacts", id]);
        let asked = self
            .calls
            .ask::<Wrapped>(Purpose::LookUp, self.request(Method::GET, url, VERSION))
            .await;
        match asked {
            Ok(wrapped) => Ok(wrapped.contact),
            Err(refusal) if refusal.is_missing => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The contact that carries this number, if there is one.
    pub(super) async fn contact_by_number(
        &self,
        phone: &Phone,
    ) -> Result<Option<GhlContact>, Refusal> {
        let mut url = self
            .config
            .base_url
            .join(["contacts", "search", "duplicate"]);
        url.query_pairs_mut()
            .append_pair("locationId", &self.config.location_id)
            .append_pair("number", phone.reveal());
        let request = self.request(Method::GET, url, VERSION);
        let found = match self.calls.ask::<Wrapped>(Purpose::LookUp, request).await {
            Ok(wrapped) => wrapped.contact,
            Err(refusal) if refusal.is_missing => None,
            Err(refusal) => return Err(refusal),
        };
        Ok(found.filter(|contact| contact.has(phone)))
    }

    /// Makes a contact of a number and a name: more would match, or overwrite, somebody else's.
    async fn upsert(&self, recipient: &Recipient) -> Result<GhlContact, Refusal> {
        let mut body = Map::from_iter([
            (String::from("locationId"), json!(self.config.location_id)),
            (String::from("phone"), json!(recipient.phone.reveal())),
        ]);
        let names = [
            ("firstName", &recipient.first_name),
            ("lastName", &recipient.last_name),
        ];
        for (field, name) in names {
            if let Some(name) = name
                .as_deref()
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                body.insert(field.to_owned(), json!(name));
            }
        }
        let url = self.config.base_url.join(["contacts", "upsert"]);
        let request = self.request(Method::POST, url, VERSION).json(&body);
        let reply = self.calls.reply(Purpose::LookUp, request).await?;
        let wrapped = reply
            .json::<Wrapped>()
            .map_err(|error| Refusals::SERVICE.of_malformed(Purpose::LookUp, &error))?;
        wrapped.contact.ok_or_else(|| {
            self.calls
                .refusals
                .of_incomplete(Purpose::LookUp, &reply, "contact")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in [
            "+15125550123",
            "(512) 555-0123",
            "1 512 555 0123",
            "512.555.0123",
        ] {
            assert!(is_same_number(written, "+15125550123"), "{written}");
        }
        for other in [
            "",
            "+15125550124",
            "5550123",
            "+445125550123",
            "not a number",
        ] {
            assert!(!is_same_number(other, "+15125550123"), "{other}");
        }
        assert!(!is_same_number("", ""));
    }

    #[test]
    fn the_setting_for_texts_wins_over_the_general_one() {
        let contact = |json: Value| serde_json::from_value::<GhlContact>(json).unwrap();
        for (json, expected) in [
            (json!({"id": "c"}), false),
            (json!({"id": "c", "dnd": true}), true),
            (json!({"id": "c", "dnd": null, "dndSettings": []}), false),
            (
                json!({"id": "c", "dndSettings": {"SMS": {"status": "active"}}}),
                true,
            ),
            (
                json!({"id": "c", "dndSettings": {"SMS": {"status": "permanent"}}}),
                true,
            ),
            (
                json!({"id": "c", "dnd": true, "dndSettings": {"SMS": {"status": "inactive"}}}),
                false,
            ),
            (
                json!({"id": "c", "dndSettings": {"Email": {"status": "active"}}}),
                false,
            ),
        ] {
            assert_eq!(contact(json.clone()).wants_no_texts(), expected, "{json}");
        }
    }
}
