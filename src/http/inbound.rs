//! What services tell us: received texts, reports on ours, wishes. Thin: prove it, read it, store
//! it by one function of the database.
//!
//! A notification proves itself by its signature, or by a secret, never by the door's token, which
//! the services do not have. 401 and 403 refuse for good, 422 is a body that nobody can read.
//! Whatever cannot be stored now is answered 429: GoHighLevel repeats after that answer only.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::{Door, Problem};
use crate::db::DbError;
use crate::messaging::delivery::NumberFault;
use crate::messaging::gateway_event::{ConsentChange, DeliveryReport, GatewayEvent, InboundText};
use crate::providers::{ghl, twilio};

/// Where a workflow's secret may stand beside the header: `?secret=…`.
const SECRET_PARAM: &str = "secret";

/// GoHighLevel's notifications: signed ones of a marketplace app, and those of the workflow action,
/// which carry a secret.
pub async fn ghl(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let keys = door.notifications.as_ref().ok_or_else(closed)?;
    let signature = header(&headers, ghl::SIGNATURE_HEADER);
    let is_signed = signature.is_some_and(|value| !matches!(value.trim(), "" | "N/A"));
    let event = if is_signed {
        keys.ghl
            .verify(signature, &body)
            .map_err(|refusal| Problem::unproved(refusal.to_string()))?;
        let event = ghl::signed_event(&body).map_err(|refusal| Problem::unreadable(&refusal))?;
        let now = now(&door).await.map_err(later)?;
        if ghl::is_stale(event.sent_at, now) {
            return Err(Problem::unproved(
                "the notification is too old, or says no time: it may be a replay",
            ));
        }
        event.event
    } else {
        let secret = keys.ghl_secret.as_ref();
        if !secret.is_some_and(|secret| carries(secret, &headers, query.as_deref())) {
            return Err(Problem::unproved(
                "sign it (x-ghl-signature), or set GHL_WEBHOOK_SECRET and send it from the \
                 workflow: Authorization: Bearer …, or ?secret=… in the address",
            ));
        }
        let text = ghl::workflow_text(&body).map_err(|refusal| Problem::unreadable(&refusal))?;
        GatewayEvent::Inbound(text)
    };
    if let (Some(ours), Some(theirs)) = (&keys.ghl_location_id, account(&event))
        && ours != theirs
    {
        return Err(Problem::forbidden(
            "the notification is about another location than GHL_LOCATION_ID",
        ));
    }
    let stored = store(&door, &event).await.map_err(later)?;
    Ok(Json(json!({"success": true, "stored": stored})).into_response())
}

/// A text that Twilio received.
pub async fn twilio_text(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    prove_twilio(
        &door,
        &["webhooks", "twilio"],
        query.as_deref(),
        &headers,
        &body,
    )?;
    let text = twilio::inbound_text(&body).map_err(|refusal| Problem::unreadable(&refusal))?;
    store(&door, &GatewayEvent::Inbound(text))
        .await
        .map_err(later)?;
    Ok(([(CONTENT_TYPE, "text/xml")], twilio::EMPTY_ANSWER).into_response())
}

/// How far a text of ours has come, by Twilio.
pub async fn twilio_status(
    State(door): State<Door>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    prove_twilio(
        &door,
        &twilio::STATUS_PATH,
        query.as_deref(),
        &headers,
        &body,
    )?;
    let report = twilio::status_report(&body, query.as_deref())
        .map_err(|refusal| Problem::unreadable(&refusal))?;
    let stored = store(&door, &GatewayEvent::Delivery(report))
        .await
        .map_err(later)?;
    Ok(Json(json!({"success": true, "stored": stored})).into_response())
}

/// Twilio signs its address as it called it, and its form.
fn prove_twilio(
    door: &Door,
    path: &[&str],
    query: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Problem> {
    let keys = door.notifications.as_ref().ok_or_else(closed)?;
    let ([first, others @ ..], Some(public_url)) = (keys.twilio.as_slice(), &keys.public_url)
    else {
        return Err(Problem::unproved(
            "set TWILIO_AUTH_TOKEN and PGCASCADE_PUBLIC_URL: without them nobody can tell whether \
             a notification is Twilio's",
        ));
    };
    let mut url = public_url.join(path.iter().copied());
    url.set_query(query);
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let signature = header(headers, twilio::SIGNATURE_HEADER);
    let verify = |token| twilio::verify(token, signature, url.as_str(), &form);
    // While tokens are exchanged either may have signed.
    let proved = others.iter().fold(verify(first), |proved, token| {
        proved.or_else(|_| verify(token))
    });
    proved.map_err(|refusal| Problem::unproved(refusal.to_string()))
}

fn closed() -> Problem {
    Problem::unproved("this daemon takes no notifications")
}

fn later(error: DbError) -> Problem {
    tracing::warn!(%error, "a notification could not be stored and was asked for again");
    Problem::again("It could not be stored: send it again in a minute.")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the secret is in the header or in the address. Digests are compared, so the time that it
/// takes tells nothing about it.
fn carries(secret: &SecretString, headers: &HeaderMap, query: Option<&str>) -> bool {
    let in_header = header(headers, AUTHORIZATION.as_str()).map(|value| {
        value
            .strip_prefix("Bearer ")
            .unwrap_or(value)
            .trim()
            .to_owned()
    });
    let in_query = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == SECRET_PARAM)
        .map(|(_, value)| value.into_owned());
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    let wanted = digest(secret.expose_secret().trim());
    [in_header, in_query]
        .iter()
        .flatten()
        .any(|given| digest(given) == wanted)
}

fn account(event: &GatewayEvent) -> Option<&String> {
    match event {
        GatewayEvent::Inbound(InboundText { account, .. })
        | GatewayEvent::Delivery(DeliveryReport { account, .. })
        | GatewayEvent::Consent(ConsentChange { account, .. }) => account.as_ref(),
        GatewayEvent::Ignored { .. } => None,
    }
}

/// The database's time: ours decides nothing.
async fn now(door: &Door) -> Result<DateTime<Utc>, DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/now.sql"))
        .await?;
    Ok(client.query_one(&statement, &[]).await?.try_get("now")?)
}

/// Stores what was told; true when it changed anything.
async fn store(door: &Door, event: &GatewayEvent) -> Result<bool, DbError> {
    match event {
        GatewayEvent::Inbound(text) => store_text(door, text).await,
        GatewayEvent::Delivery(report) => store_report(door, report).await,
        GatewayEvent::Consent(change) => store_wish(door, change).await,
        GatewayEvent::Ignored { what } => {
            tracing::debug!(what, "a notification of no concern");
            Ok(false)
        }
    }
}

async fn store_text(door: &Door, text: &InboundText) -> Result<bool, DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/receive_text.sql"))
        .await?;
    let attachments = i32::try_from(text.attachments).unwrap_or(i32::MAX);
    let row = client
        .query_one(
            &statement,
            &[
                &text.provider,
                &storable(&text.body),
                &text.from.as_ref().map(|phone| storable(phone.reveal())),
                &text.message_id.as_deref().map(storable),
                &text.notification_id.as_deref().map(storable),
                &text.contact_id.as_deref().map(storable),
                &text.account.as_deref().map(storable),
                &text.to.as_ref().map(|phone| storable(phone.reveal())),
                &attachments,
                &text.received_at,
                &text.answered_by_provider,
            ],
        )
        .await?;
    Ok(row.try_get("is_new")?)
}

async fn store_report(door: &Door, report: &DeliveryReport) -> Result<bool, DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/note_delivery.sql"))
        .await?;
    let fault = report.delivery.number.map(|fault| match fault {
        NumberFault::OptedOut => "opted_out",
        NumberFault::Unreachable => "unreachable",
    });
    let row = client
        .query_one(
            &statement,
            &[
                &storable(&report.message_id),
                &report.attempt.as_deref().map(storable),
                &report.delivery.status.as_str(),
                &report.delivery.carrier_code.as_deref().map(storable),
                &report.delivery.reason.as_deref().map(storable),
                &fault,
                &report.delivery.is_senders_fault,
            ],
        )
        .await?;
    Ok(row.try_get::<_, Option<i64>>("message_id")?.is_some())
}

async fn store_wish(door: &Door, change: &ConsentChange) -> Result<bool, DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/note_consent.sql"))
        .await?;
    let phone = change.phone.as_ref().map(|phone| storable(phone.reveal()));
    let row = client
        .query_one(
            &statement,
            &[&storable(&change.contact_id), &phone, &change.opted_out],
        )
        .await?;
    Ok(row.try_get("opted_out")?)
}

/// A text as the database can hold it: it knows no NUL.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}
