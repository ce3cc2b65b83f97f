//! Connections, listening, deploying, and the cluster of our own.

mod beginning;
mod connection_urls;
mod deploying;
mod embedded_cluster;
mod listening;
mod pooling;
mod refusals;
mod tls;
mod upgrading;
