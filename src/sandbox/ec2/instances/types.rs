//! Instance types, as far as their names say what they are.

use super::image::Kind;
use crate::account::Account;
use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::ec2::refusals;
use crate::wire::Xml;

/// Describes the types that are named. Which there are nobody here knows, so a listing of all is refused.
pub(super) fn describe(_: &mut Account, call: &Call) -> Result<Answer, Fault> {
    let params = call.params();
    let names: Vec<String> = params.list("InstanceType")?;
    refusals::done(&params)?;
    if names.is_empty() {
        return Err(Fault::new(400, "UnsupportedOperation", "This sandbox lists no instance types: name some."));
    }
    let mut types = vec![];
    for name in &names {
        let kind = Kind::read(name)?;
        let processor = Xml::new().texts("supportedArchitectures", "item", [kind.architecture]);
        types.push(
            Xml::new()
                .text("instanceType", name)
                .text("bareMetal", name.ends_with(".metal"))
                .text("burstablePerformanceSupported", kind.credits.is_some())
                .element("processorInfo", processor),
        );
    }
    Ok(Answer::xml(Xml::new().list("instanceTypeSet", "item", types)))
}
