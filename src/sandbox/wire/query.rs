//! ec2Query and awsQuery: form parameters in, XML out.

use super::input::Input;
use super::params::{Dialect, Tree};
use super::{Request, Xml};
use crate::answer::{Body, Fault};
use crate::operation::{Operation, Protocol, Service};
use bytes::Bytes;

pub(super) fn decode(
    service: &Service,
    version: &str,
    request: &Request,
) -> Result<(&'static Operation, Input), Fault> {
    let dialect = match service.protocol {
        Protocol::Ec2Query { .. } => Dialect::Ec2,
        _ => Dialect::Aws,
    };
    let form = form_urlencoded::parse(&request.body).into_owned();
    let tree = Tree::new(dialect, request.own_parameters().cloned().chain(form))?;
    let params = tree.params();
    let Some(action) = params.optional::<String>("Action")? else {
        return Err(Fault::new(400, "MissingAction", "The request must contain the parameter Action"));
    };
    let given = params.optional::<String>("Version")?;
    if given.as_deref() != Some(version) {
        let given = given.unwrap_or_default();
        return Err(Fault::new(400, "NoSuchVersion", format!("The requested version ({given}) is not valid.")));
    }
    let operation = service.operation(&action).ok_or_else(|| {
        Fault::new(400, "InvalidAction", format!("The action {action} is not valid for this web service."))
    })?;
    Ok((operation, Input { form: tree, ..Input::default() }))
}

pub(super) fn ec2_answer(version: &str, operation: &str, request_id: &str, body: Body) -> Bytes {
    let namespace = format!("http://ec2.amazonaws.com/doc/{version}/");
    let inner = Xml::new().text("requestId", request_id).append(content(body));
    Xml::document(&format!("{operation}Response"), &namespace, &inner).into()
}

pub(super) fn aws_answer(namespace: &str, operation: &str, request_id: &str, body: Body) -> Bytes {
    let metadata = Xml::new().text("RequestId", request_id);
    let result = match body {
        // Operations whose model has no output answer without a result element.
        Body::Empty => Xml::new(),
        body => Xml::new().element(&format!("{operation}Result"), content(body)),
    };
    let inner = result.element("ResponseMetadata", metadata);
    Xml::document(&format!("{operation}Response"), namespace, &inner).into()
}

pub(super) fn ec2_fault(request_id: &str, fault: &Fault) -> Bytes {
    let error = Xml::new().text("Code", &fault.code).text("Message", &fault.message);
    let inner = Xml::new().list("Errors", "Error", [error]).text("RequestID", request_id);
    Xml::bare_document("Response", &inner).into()
}

pub(super) fn aws_fault(namespace: &str, request_id: &str, fault: &Fault) -> Bytes {
    let kind = if fault.status < 500 { "Sender" } else { "Receiver" };
    let error = Xml::new().text("Type", kind).text("Code", &fault.code).text("Message", &fault.message);
    let inner = Xml::new().element("Error", error).text("RequestId", request_id);
    Xml::document("ErrorResponse", namespace, &inner).into()
}

fn content(body: Body) -> Xml {
    match body {
        Body::Xml(xml) => xml,
        _ => Xml::new(),
    }
}
