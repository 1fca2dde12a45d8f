//! `s3/object`: an object uploaded from a file.

use crate::resource::Named;

/// An object uploaded from a file.
#[derive(Clone, Debug)]
pub struct Object;

impl Named for Object {
    const NAME: &'static str = "s3/object";
}
