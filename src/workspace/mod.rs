//! Layer 4: files. The only place that touches the file system.

pub mod decode;
