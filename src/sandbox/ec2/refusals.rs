//! How EC2 refuses.

use crate::answer::{Answer, Fault};
use crate::wire::{Params, Xml};
use std::fmt::Display;

/// A value that may not stand where it does.
pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterValue", message)
}

/// Parameters that exclude each other.
pub(super) fn combination(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterCombination", message)
}

/// A parameter, or one of several, that is not there.
pub(super) fn missing(what: impl Display) -> Fault {
    Fault::new(400, "MissingParameter", format!("The request must contain the parameter {what}"))
}

/// Something cannot be deleted because it is still in use.
pub(super) fn in_use(what: &str, id: &str) -> Fault {
    dependency(format!("The {what} '{id}' has dependencies and cannot be deleted."))
}

/// Something cannot be done because of what depends on it.
pub(super) fn dependency(message: impl Into<String>) -> Fault {
    Fault::new(400, "DependencyViolation", message)
}

/// The account has as many of something as it may; `code` is `VpcLimitExceeded` and the like.
pub(super) fn limit(code: &'static str, what: &str) -> Fault {
    Fault::new(400, code, format!("The maximum number of {what} has been reached."))
}

/// To be called when every parameter is read and before anything is changed.
///
/// # Errors
/// `UnknownParameter` when one was not read, and `DryRunOperation` when the call is to have no effect.
pub(super) fn done(params: &Params) -> Result<(), Fault> {
    let dry = params.optional::<bool>("DryRun")?.unwrap_or_default();
    params.finish()?;
    if dry {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(Fault::new(412, "DryRunOperation", message));
    }
    Ok(())
}

/// The answer of operations that say no more than that they succeeded.
pub(super) fn yes() -> Answer {
    Answer::xml(Xml::new().text("return", true))
}
