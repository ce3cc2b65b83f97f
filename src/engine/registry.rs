//! Which code the `target` of a builtin stage means.

use std::collections::HashMap;
use std::sync::Arc;

use super::stage::{InDatabaseStage, OutsideStage};

/// The code of a stage.
#[derive(Clone)]
pub enum Code {
    /// Works inside the claiming transaction.
    InDatabase(Arc<dyn InDatabaseStage>),
    /// Calls an outside service.
    Outside(Arc<dyn OutsideStage>),
}

/// Every builtin stage of this daemon, by name.
#[derive(Clone, Default)]
pub struct Registry {
    by_target: HashMap<&'static str, Code>,
}

/// Two stages of one name: a mistake of whoever put the daemon together.
#[derive(Debug, thiserror::Error)]
#[error("the builtin stage {0} is registered twice")]
pub struct RegisteredTwice(&'static str);

impl Registry {
    /// Adds a stage that works in the database.
    ///
    /// # Errors
    /// The name is taken.
    pub fn in_database(
        self,
        target: &'static str,
        stage: impl InDatabaseStage + 'static,
    ) -> Result<Self, RegisteredTwice> {
        self.add(target, Code::InDatabase(Arc::new(stage)))
    }

    /// Adds a stage that calls an outside service.
    ///
    /// # Errors
    /// The name is taken.
    pub fn outside(
        self,
        target: &'static str,
        stage: impl OutsideStage + 'static,
    ) -> Result<Self, RegisteredTwice> {
        self.add(target, Code::Outside(Arc::new(stage)))
    }

    /// The code behind a name.
    pub fn get(&self, target: &str) -> Option<Code> {
        self.by_target.get(target).cloned()
    }

    fn add(mut self, target: &'static str, code: Code) -> Result<Self, RegisteredTwice> {
        match self.by_target.insert(target, code) {
            None => Ok(self),
            Some(_) => Err(RegisteredTwice(target)),
        }
    }
}
