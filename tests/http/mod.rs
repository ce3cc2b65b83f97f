//! The HTTP door, asked as a load balancer and a Prometheus would.

mod services_prove_themselves;
mod the_daemon_says_how_it_is;
