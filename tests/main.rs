//! Everything that needs no private harness of its own, in one binary: faster to link.

mod outreach;
