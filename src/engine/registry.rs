//! Which code the `kind` and the `target` of a stage mean.

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

/// Makes the code of the stages of one kind, whose targets are rows that an operator writes.
pub trait OutsideFactory: Send + Sync {
    /// The code of the stage `name`, whose row names `target`. What the target says is read when
    /// the stage prepares calls, so that edits take effect, and a target that is not there is a
    /// matter of the stage.
    fn stage(&self, name: &str, target: &str) -> Arc<dyn OutsideStage>;
}

/// Every builtin stage of this daemon, by name, and what makes stages of other kinds.
#[derive(Clone, Default)]
pub struct Registry {
    by_target: HashMap<&'static str, Code>,
    by_kind: HashMap<&'static str, Arc<dyn OutsideFactory>>,
}

/// Two stages or kinds of one name: a mistake of whoever put the daemon together.
#[derive(Debug, thiserror::Error)]
#[error("the stage or kind of stages {0} is registered twice")]
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

    /// Adds a kind of stages beside `builtin` and `sql`.
    ///
    /// # Errors
    /// The kind is taken.
    pub fn kind(
        mut self,
        kind: &'static str,
        factory: impl OutsideFactory + 'static,
    ) -> Result<Self, RegisteredTwice> {
        match self.by_kind.insert(kind, Arc::new(factory)) {
            None => Ok(self),
            Some(_) => Err(RegisteredTwice(kind)),
        }
    }

    /// The code of a stage of a further kind; None when the kind is unknown.
    pub fn make(&self, kind: &str, name: &str, target: &str) -> Option<Code> {
        let factory = self.by_kind.get(kind)?;
        Some(Code::Outside(factory.stage(name, target)))
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
