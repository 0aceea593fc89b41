//! What the server does when it is asked: one file a feature. A handler is a function of the state; it runs on the thread
//! that owns it, after everything that the client sent before.

pub mod code_action;
pub mod command;
pub mod completion;
pub mod diagnostics;
mod edits;
pub mod hover;
pub mod scan;
