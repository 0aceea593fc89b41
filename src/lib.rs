//! wanyan (婉言): finds wording in Chinese customer-service replies that offends, and offers polite rewrites.
//!
//! The layers, from the bottom; a module uses only those above it in this list (a test holds this):
//! [`text`] · [`normalize`], [`document`], [`diagnostic`] · [`lexicon`], [`config`] · [`lint`], [`completion`] · [`report`], [`workspace`] · [`cli`], [`lsp`].

// Lists of stretches often begin with one.
#![allow(clippy::single_range_in_vec_init)]

pub mod builtin;
#[cfg(feature = "cli")]
pub mod cli;
pub mod completion;
pub mod config;
pub mod diagnostic;
pub mod document;
pub mod lexicon;
pub mod lint;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod normalize;
pub mod report;
pub mod text;
#[cfg(feature = "files")]
pub mod workspace;
