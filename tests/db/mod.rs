//! Connections, listening, deploying, and the cluster of our own.

mod connection_urls;
mod embedded_cluster;
