//! What people answer, against what is expected: `replies.tsv`, and what breaks readers.

mod any_reply_is_read;
mod rules_alone_read_replies;
