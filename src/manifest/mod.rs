//! YAML text to spanned, typed sections, and their lowering into wanted resources.

pub mod decode;
pub mod diagnostic;
pub mod interpolate;
pub mod layout;
pub mod lower;
pub mod merge;
pub mod source;
pub mod yaml;
