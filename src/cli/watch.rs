//! `watch`: one line for each event as it commits, for as long as somebody looks.

mod line;

use tokio_util::sync::CancellationToken;

use super::failure::Done;
use super::output::{Output, complain};
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use crate::config;
use crate::db::{Heard, ListenOptions, ListenState, Listener, NotificationStream, Pool};
use crate::engine::bell::EVENT_CHANNEL;
use crate::shutdown::Shutdown;
use line::{Announcement, Clock};

/// Shows events live, the moment their transactions commit, until Ctrl-C
///
/// Time is the database's. Addresses and phone numbers are masked. Large statements are announced
/// by one line for each event type. What happens while the connection is lost is not shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade watch
  pgcascade watch --type email_verified --json

The same in psql: LISTEN pipeline_event;")]
pub struct WatchArgs {
    /// Only events of these types
    #[arg(long = "type", value_name = "TYPE", num_args = 1..)]
    types: Vec<String>,
    /// Print one JSON document a line
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`]; a connection that is lost later is no error.
pub async fn run(args: WatchArgs, shutdown: &Shutdown) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    // What would never work is said now; the listener would try for ever.
    let session = Session::open(&urls, "watch").await?;
    Schema::of(&session).await?.require()?;
    drop(session);

    let clock = Clock::new(Pool::open(&urls.work, 1, "pgcascade watch")?);
    let (ear, mut stream) = NotificationStream::channel();
    let listener = Listener::spawn(
        ListenOptions {
            url: urls.direct.clone(),
            application_name: "pgcascade watch".to_owned(),
            channels: vec![EVENT_CHANNEL],
            lock_key: None,
        },
        ear,
        CancellationToken::new(),
    );
    let mut screen = Screen {
        output,
        types: args.types,
        clock,
        was_lost: false,
    };
    let mut state = listener.state();
    complain(&format!("Watching {}; Ctrl-C ends it", urls.direct));
    loop {
        tokio::select! {
            () = shutdown.finish.cancelled() => break,
            _ = state.changed() => screen.connection(&state.borrow_and_update().clone()),
            heard = stream.next() => match heard {
                Some(heard) => screen.show(drain(heard, &mut stream)).await,
                None => break,
            },
        }
        if screen.output.is_closed() {
            break;
        }
    }
    listener.stop().await;
    Ok(())
}

/// What came together is shown together: its times are one question to the database.
fn drain(first: Heard, stream: &mut NotificationStream) -> Vec<Heard> {
    use futures_util::FutureExt;
    let mut all = vec![first];
    while all.len() < 1000 {
        match stream.next().now_or_never().flatten() {
            Some(heard) => all.push(heard),
            None => break,
        }
    }
    all
}

/// What the user sees.
struct Screen {
    output: Output,
    types: Vec<String>,
    clock: Clock,
    was_lost: bool,
}

impl Screen {
    /// Says when the connection is lost and when it is back; not that it stands at first.
    fn connection(&mut self, state: &ListenState) {
        match state {
            ListenState::Disconnected { reason, .. } if !reason.contains("not connected yet") => {
                self.was_lost = true;
                complain(&format!("--- connection lost: {reason}"));
            }
            ListenState::Connected if self.was_lost => {
                self.was_lost = false;
                complain("--- connected again; what happened meanwhile is in the tables");
            }
            ListenState::Disconnected { .. } | ListenState::Connected => {}
        }
    }

    /// Shows what was heard, in its order.
    async fn show(&mut self, heard: Vec<Heard>) {
        let announcements: Vec<Result<Announcement, u64>> = heard
            .into_iter()
            .map(|heard| match heard {
                Heard::Notification(said) => Ok(Announcement::read(&said.payload)),
                Heard::Missed(count) => Err(count),
            })
            .filter(|heard| match heard {
                Ok(said) => self.types.is_empty() || self.types.contains(&said.event_type),
                Err(_) => true,
            })
            .collect();
        let ids: Vec<i64> = announcements
            .iter()
            .flatten()
            .filter_map(Announcement::dated_by)
            .collect();
        let times = self.clock.times(&ids).await;
        for announcement in announcements {
            match announcement {
                Err(count) => complain(&format!("--- {count} notifications came too fast to show")),
                Ok(said) => {
                    let at = said
                        .dated_by()
                        .and_then(|id| times.get(&id))
                        .map(String::as_str);
                    if self.output.is_json() {
                        self.output.json_line(&said.document(at));
                    }
                    self.output.say(said.line(at.unwrap_or("--:--:--.---")));
                }
            }
        }
    }
}
