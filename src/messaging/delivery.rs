//! How far a text has come on its way to the phone, in words that all services share.

use serde::{Deserialize, Serialize};

/// How far a text has come. The order is the order of progress: of two reports on one text the
/// greater counts, because services send them twice and out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// The service has it and has not passed it on.
    Queued,
    /// The service passed it on to the carrier.
    Sent,
    /// The carrier took it and it did not arrive.
    Undelivered,
    /// It will not arrive: the service or the carrier gave it up.
    Failed,
    /// It arrived. Greatest, because no later report can undo an arrival.
    Delivered,
}

impl DeliveryStatus {
    /// The word stored with a text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }

    /// Whether nothing more is to be expected.
    pub fn is_final(self) -> bool {
        self >= Self::Undelivered
    }
}

/// What a service lets us know about a number, beyond the fate of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFault {
    /// Its owner wants no texts, and the service holds them back: our own consent must follow.
    OptedOut,
    /// It can never receive a text: no such number, a landline, a dead handset.
    Unreachable,
}

/// The fate of one text as last reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// How far it has come.
    pub status: DeliveryStatus,
    /// The carrier's or the service's code for what went wrong, such as `30007`.
    pub carrier_code: Option<String>,
    /// What happened and what to do, for an operator; None where nothing went wrong.
    pub reason: Option<String>,
    /// What the report says about the number.
    pub number: Option<NumberFault>,
    /// The sender is at fault (registration, a suspended account): every further text would fail
    /// as well until somebody has done what the reason says.
    pub is_senders_fault: bool,
}

impl Delivery {
    /// A text that has come so far, with nothing wrong.
    pub fn on_its_way(status: DeliveryStatus) -> Self {
        Self {
            status,
            carrier_code: None,
            reason: None,
            number: None,
            is_senders_fault: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryStatus::{Delivered, Failed, Queued, Sent, Undelivered};

    #[test]
    fn of_two_reports_the_one_further_on_the_way_is_greater() {
        assert!(Queued < Sent && Sent < Undelivered && Undelivered < Failed && Failed < Delivered);
        assert!([Queued, Sent].iter().all(|status| !status.is_final()));
        assert!(
            [Undelivered, Failed, Delivered]
                .iter()
                .all(|status| status.is_final())
        );
    }
}
