//! A small HTTP server that can misbehave in every way a service or a network can.
//!
//! A service says what it would answer; a play, taken from its script, says what really happens on
//! the wire. Sockets are handled by hand, because no HTTP library cuts a connection in the middle
//! of an answer on request. Loopback only, a free port, and gone when dropped.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// More than any request of ours; a larger one is a bug of the test.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Names in lowercase.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Request {
    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// A header's value; the name in lowercase.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer of JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// An answer of any kind.
    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![(String::from("content-type"), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// The same answer with one header more.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Play {
    /// The service does its work and answers.
    Normal,
    /// This answer; the service does nothing.
    Answer(Reply),
    /// The service does its work, and this answer goes out instead of its own.
    WorkThenAnswer(Reply),
    /// The connection ends before the service has done anything.
    CutBefore,
    /// The service does its work, and the connection ends without an answer.
    WorkThenCut,
    /// The service does its work, and the connection ends in the middle of its answer.
    WorkThenCutAnswer,
    /// Nothing happens until the caller gives up.
    Stall,
    /// The service does its work, and nothing is sent until the caller gives up.
    WorkThenStall,
}

/// What a fake service does with requests.
pub trait Service: Send + 'static {
    /// What happens to this request.
    fn play(&mut self, request: &Request) -> Play;
    /// Does the work and says the answer.
    fn work(&mut self, request: &Request) -> Reply;
    /// How long the answer to this request takes once the work is done.
    fn delay(&mut self, _: &Request) -> Duration {
        Duration::ZERO
    }
    /// What the answer to this request waits for until it is true; None: for nothing.
    fn gate(&mut self) -> Option<watch::Receiver<bool>> {
        None
    }
}

/// A running fake; it ends when it is dropped.
pub struct FakeServer<S> {
    /// `http://127.0.0.1:port`.
    pub base_url: String,
    service: Arc<Mutex<S>>,
    accepting: JoinHandle<()>,
}

impl<S: Service> FakeServer<S> {
    /// Starts the service on a free loopback port.
    pub async fn start(service: S) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free loopback port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let service = Arc::new(Mutex::new(service));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&service)));
        Self {
            base_url: format!("http://{address}"),
            service,
            accepting,
        }
    }

    /// The service, for scripts and questions.
    pub fn service(&self) -> MutexGuard<'_, S> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Drop for FakeServer<S> {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<S: Service>(listener: TcpListener, service: Arc<Mutex<S>>) {
    // Connections end with the listener: the set aborts its tasks when it is dropped.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&service)));
        while connections.try_join_next().is_some() {}
    }
}

/// Serves one connection until either side ends it.
async fn serve<S: Service>(mut stream: TcpStream, service: Arc<Mutex<S>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let (play, worked, delay, gate) = {
            let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
            let play = service.play(&request);
            let worked = match play {
                Play::Answer(_) | Play::CutBefore | Play::Stall => None,
                Play::Normal
                | Play::WorkThenAnswer(_)
                | Play::WorkThenCut
                | Play::WorkThenCutAnswer
                | Play::WorkThenStall => Some(service.work(&request)),
            };
            (play, worked, service.delay(&request), service.gate())
        };
        tokio::time::sleep(delay).await;
        if let Some(mut gate) = gate {
            // Nobody opens it any more once the service is gone: then nobody waits, either.
            let _ = gate.wait_for(|open| *open).await;
        }
        let bytes = match (play, worked) {
            (Play::Answer(reply) | Play::WorkThenAnswer(reply), _) => to_bytes(&reply),
            (Play::Normal, Some(reply)) => to_bytes(&reply),
            (Play::WorkThenCutAnswer, Some(reply)) => {
                let bytes = to_bytes(&reply);
                // Half of the body is missing, so the announced length is not reached.
                let kept = bytes.len() - (reply.body.len() / 2).max(1);
                let _ = stream.write_all(&bytes[..kept]).await;
                return;
            }
            (Play::Stall | Play::WorkThenStall, _) => {
                // Ends when the caller closes its side.
                let _ = stream.read(&mut [0; 1]).await;
                return;
            }
            (Play::CutBefore | Play::WorkThenCut | Play::Normal, _) => return,
            (Play::WorkThenCutAnswer, None) => return,
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Reads one request; None at the end of the connection or at anything that is no request.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    loop {
        if let Some(request) = take_request(buffer) {
            return Some(request);
        }
        if buffer
            .first()
            .is_some_and(|byte| !byte.is_ascii_uppercase())
        {
            // TLS, say: a server without it hangs up.
            return None;
        }
        let mut chunk = vec![0; 16 * 1024];
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 || buffer.len() > REQUEST_BYTES_MAX {
            return None;
        }
        buffer.extend_from_slice(&chunk[..read]);
    }
}

/// Takes a whole request out of the buffer, once it is there.
fn take_request(buffer: &mut Vec<u8>) -> Option<Request> {
    let head_end = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut start_line = lines.next()?.split(' ');
    let (method, target) = (start_line.next()?.to_owned(), start_line.next()?);
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    let headers = headers.collect::<Vec<_>>();
    let body_len = find(&headers, "content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let body_start = head_end + 4;
    if buffer.len() < body_start + body_len {
        return None;
    }
    let url = url::Url::parse(&format!("http://fake{target}")).ok()?;
    let query = url.query_pairs().into_owned().collect();
    let body = buffer[body_start..body_start + body_len].to_vec();
    buffer.drain(..body_start + body_len);
    Some(Request {
        method,
        path: url.path().to_owned(),
        query,
        headers,
        body,
    })
}

fn to_bytes(reply: &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Fake\r\n", reply.status);
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", reply.body.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&reply.body);
    bytes
}
