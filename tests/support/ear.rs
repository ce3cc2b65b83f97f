//! What a person at `LISTEN` hears.

use pgcascade::db::{Heard, ListenOptions, ListenState, Listener, NotificationStream};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::daemon::Rig;
use super::wait;

/// A session that listens.
pub struct Ear {
    _listener: Listener,
    channel: &'static str,
    stream: NotificationStream,
}

impl Ear {
    /// Listens to what is said of events from now on.
    pub async fn on(rig: &Rig) -> Self {
        Self::at(rig, "pipeline_event").await
    }

    /// Listens at a channel from now on.
    pub async fn at(rig: &Rig, channel: &'static str) -> Self {
        let (ear, stream) = NotificationStream::channel();
        let listener = Listener::spawn(
            ListenOptions {
                url: rig.database.url().clone(),
                application_name: "listener".to_owned(),
                channels: vec![channel],
                lock_key: None,
            },
            ear,
            CancellationToken::new(),
        );
        let state = listener.state();
        wait::until("the listener", async || {
            (*state.borrow() == ListenState::Connected).then_some(())
        })
        .await;
        Self {
            _listener: listener,
            channel,
            stream,
        }
    }

    /// What was notified so far; what is not JSON as text.
    pub async fn heard(&mut self, rig: &Rig) -> Vec<Value> {
        rig.run(&format!("notify {}, 'mark'", self.channel)).await;
        let mut heard = Vec::new();
        loop {
            let next = wait::within("a notification", self.stream.next()).await;
            let Some(Heard::Notification(one)) = next else {
                panic!("missed notifications");
            };
            assert!(one.payload.len() < 8000, "{} bytes", one.payload.len());
            let body = serde_json::from_str(&one.payload).unwrap_or_else(|_| one.payload.into());
            if body == "mark" {
                return heard;
            }
            heard.push(body);
        }
    }
}

/// How many events announcements are about.
pub fn events(heard: &[Value]) -> i64 {
    let count = |one: &Value| one["count"].as_i64().unwrap_or(1);
    heard.iter().map(count).sum()
}
