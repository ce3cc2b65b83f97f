//! One binary of tests, one module per room; inside them one module per behaviour.

mod db;
mod support;
