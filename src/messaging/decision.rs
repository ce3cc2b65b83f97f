//! Whether a text that is due goes out now, later or not at all, and what it says.
//!
//! Pure: the same facts give the same decision, whether it is asked when the text becomes due or at
//! the last moment before its call. Reasons are kept with the text, for whoever asks why somebody
//! got none; they name no number and no person.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::due_text::{DueText, NumberFacts, WhenQuiet};
use super::phone::{self, NotTextable, PhoneNumber};
use super::quiet_hours::{Hours, Window};
use super::recipient_zone::{Known, places};

/// A text that moves ahead of quiet hours goes so long before they begin: time for the others in
/// the queue.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// How long a text of an event that is still a draft waits before it is looked at again.
const DRAFT_WAIT: TimeDelta = TimeDelta::minutes(10);
/// How long a text to a number that may have opted out waits before it is looked at again; at once
/// when somebody has decided.
const UNDECIDED_WAIT: TimeDelta = TimeDelta::minutes(10);

/// What becomes of a text now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes out.
    Go,
    /// It is looked at again then.
    PutOff {
        /// When.
        until: DateTime<Utc>,
        /// Why; None: it is simply not due yet.
        reason: Option<String>,
    },
    /// It waits until its event is resumed.
    Hold {
        /// Why.
        reason: String,
    },
    /// It is not wanted any more.
    Drop {
        /// Why.
        reason: String,
    },
    /// It cannot be sent.
    Fail {
        /// Why, and what to do.
        reason: String,
    },
}

fn skip(reason: &str) -> Result<PhoneNumber, Decision> {
    Err(Decision::Drop {
        reason: reason.to_owned(),
    })
}

/// Everything but the number's own wishes and hours: the number that the text would go to, or what
/// becomes of the text instead. `is_sandbox`: what it goes to reaches nobody.
///
/// # Errors
/// The decision, where it is none to go on.
pub fn recipient(text: &DueText, is_sandbox: bool) -> Result<PhoneNumber, Decision> {
    if text.expires_at <= text.now {
        return skip("It would come too late: its time had passed before its turn came.");
    }
    if let Some(occasion) = &text.occasion {
        let is_answer = matches!(text.rules.category.as_str(), "reply" | "admin");
        if (occasion.status == "cancelled" || !occasion.is_active) && !is_answer {
            return skip("The event was cancelled.");
        }
        if occasion.status == "draft" && !is_answer {
            return Err(Decision::PutOff {
                until: text.now + DRAFT_WAIT,
                reason: Some("The event is a draft: nothing is texted yet.".to_owned()),
            });
        }
        if occasion.is_paused {
            return Err(Decision::Hold {
                reason: "The event's texts are paused (event_messaging).".to_owned(),
            });
        }
    }
    wanted(text)?;
    let Some(account) = &text.account else {
        return Err(Decision::Fail {
            reason: "No account sends it: INSERT INTO sending_accounts one with is_default."
                .to_owned(),
        });
    };
    let Some(phone) = &text.person.phone else {
        return Err(Decision::Fail {
            reason: "There is no phone number: enter one, then schedule the text again.".to_owned(),
        });
    };
    let reaches_nobody = is_sandbox || account.sample_numbers || account.test_number.is_some();
    let number = phone::parse(phone.reveal(), &account.default_region)
        .map_err(|refusal| unusable(&refusal))?;
    match number.textable() {
        Err(NotTextable::Fictional) if reaches_nobody => Ok(number),
        Err(refusal) => Err(unusable(&refusal)),
        Ok(()) => Ok(number),
    }
}

fn unusable(refusal: &dyn std::fmt::Display) -> Decision {
    Decision::Fail {
        reason: format!("It cannot be texted: {refusal}."),
    }
}

/// Whether the person still wants and needs it.
fn wanted(text: &DueText) -> Result<(), Decision> {
    let (rules, person) = (&text.rules, &text.person);
    let refusal = if text.has_event && rules.needs_registration && !person.is_attendee {
        Some("The person is not registered for the event.")
    } else if text.has_event
        && rules.needs_registration
        && person.registration_status.as_deref() != Some("registered")
    {
        Some("The registration was cancelled, or is on the waiting list.")
    } else if rules.needs_consent && person.is_known && person.opted_in != Some(true) {
        Some("The person has not agreed to be texted (sms_opt_in).")
    } else if rules.skip_when_checked_in && person.is_checked_in {
        Some("The person has checked in already.")
    } else if rules.skip_when_profile_complete && person.is_profile_complete {
        Some("The profile is complete already.")
    } else if text.has_event && rules.needs_check_in && !person.is_checked_in {
        Some("The person has not checked in.")
    } else {
        None
    };
    refusal.map_or(Ok(()), |reason| skip(reason).map(drop))
}

/// What becomes of a text to this number, by its owner's wishes, the hours there and the caps.
pub fn decide(
    text: &DueText,
    number: &PhoneNumber,
    facts: &NumberFacts,
    windows: &[Window],
) -> Decision {
    let rules = &text.rules;
    let refusal = if facts.opted_in == Some(false) && !rules.overrides_opt_out {
        Some("The number has opted out.".to_owned())
    } else if rules.needs_consent && !text.person.is_known && facts.opted_in != Some(true) {
        Some("The number has not agreed to be texted.".to_owned())
    } else if !facts.peer_matching && rules.category == "peer_matching" {
        Some("The number wants no introductions.".to_owned())
    } else if facts.has_it && rules.once_per_number {
        Some("Somebody else with the same number was sent it.".to_owned())
    } else {
        facts
            .undeliverable
            .as_ref()
            .map(|reason| format!("Texts cannot reach the number: {reason}"))
    };
    if let Some(reason) = refusal {
        return Decision::Drop { reason };
    }
    if facts.is_undecided && !rules.overrides_opt_out {
        return Decision::PutOff {
            until: text.now + UNDECIDED_WAIT,
            reason: Some(
                "A person must decide first whether the number has opted out \
                 (vw_unanswered_messages)."
                    .to_owned(),
            ),
        };
    }
    match within_hours(text, number, windows) {
        Decision::Go => within_caps(text, facts),
        other => other,
    }
}

/// When the hours of all places where the recipient may be allow it.
fn within_hours(text: &DueText, number: &PhoneNumber, windows: &[Window]) -> Decision {
    let person = &text.person;
    let is_there = person.is_checked_in
        && !person.is_checked_out
        && text.occasion.as_ref().is_some_and(|event| event.is_today);
    if text.rules.when_quiet == WhenQuiet::Ignore || text.rules.may_be_exempt && is_there {
        return Decision::Go;
    }
    let event_zone = text.occasion.as_ref().map(|event| event.timezone.as_str());
    let known = Known {
        zone: person.timezone.as_deref(),
        state: person.state.as_deref(),
        address: person.address.as_deref(),
        present_zone: event_zone.filter(|_| is_there),
    };
    let places = match places(Some(number), &known) {
        Ok(places) => places,
        Err(unknown) => {
            return Decision::Fail {
                reason: format!("Nobody knows when it may be sent: {unknown}."),
            };
        }
    };
    let fallback: Tz = event_zone
        .and_then(|zone| zone.parse().ok())
        .unwrap_or(Tz::UTC);
    let hours = Hours::new(windows, &places.zones, &places.regions, fallback);
    fit_hours(text, &hours)
}

fn fit_hours(text: &DueText, hours: &Hours<'_>) -> Decision {
    let now = text.now;
    let quiet = |until: DateTime<Utc>| Decision::PutOff {
        until,
        reason: Some("Quiet hours where the recipient may be.".to_owned()),
    };
    let pointless = || Decision::Drop {
        reason: "Quiet hours where the recipient may be; afterwards it would be pointless."
            .to_owned(),
    };
    match text.rules.when_quiet {
        WhenQuiet::Ignore => Decision::Go,
        WhenQuiet::Drop if hours.allow(now) => Decision::Go,
        WhenQuiet::Drop => pointless(),
        WhenQuiet::Later => match hours.next(now) {
            Some(next) if next <= now => Decision::Go,
            Some(next) if next < text.expires_at => quiet(next),
            _ => pointless(),
        },
        // Looked at long before its time, because afterwards it would be too late to be early.
        WhenQuiet::Earlier if now < text.scheduled_time => {
            match hours.latest(text.scheduled_time, MARGIN) {
                Some(latest) if latest >= text.scheduled_time => Decision::PutOff {
                    until: text.scheduled_time,
                    reason: None,
                },
                Some(latest) if latest > now => quiet(latest),
                _ if hours.allow(now) => Decision::Go,
                _ => pointless(),
            }
        }
        WhenQuiet::Earlier if hours.allow(now) => Decision::Go,
        WhenQuiet::Earlier => pointless(),
    }
}

fn within_caps(text: &DueText, facts: &NumberFacts) -> Decision {
    match facts.free_at {
        Some(free_at) if text.rules.counts && free_at > text.now => {
            if free_at < text.expires_at {
                Decision::PutOff {
                    until: free_at,
                    reason: Some("The person has had as many texts as message_caps allows.".into()),
                }
            } else {
                Decision::Drop {
                    reason: "The person has had as many texts as message_caps allows; later it \
                             would be pointless."
                        .to_owned(),
                }
            }
        }
        _ => Decision::Go,
    }
}
