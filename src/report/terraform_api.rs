//! REST APIs as Terraform's provider has them: each path, method, integration and answer is a resource of its own.

use super::terraform::Import;
use crate::kinds::apigateway::Parts;
use crate::resource::Live;
use serde_json::{Map, Value};

/// The API, and as far as its `parts` are known, its tree.
pub(super) fn of(live: &Live<Value>, parts: Option<&Parts>) -> Vec<Import> {
    let api = live.id.as_str();
    let mut imports = vec![("aws_api_gateway_rest_api", String::new(), api.to_owned())];
    if let Some(parts) = parts {
        for (kind, ids) in [
            ("aws_api_gateway_model", &parts.models),
            ("aws_api_gateway_request_validator", &parts.validators),
            ("aws_api_gateway_authorizer", &parts.authorizers),
        ] {
            imports.extend(ids.iter().map(|id| (kind, format!("-{id}"), format!("{api}/{id}"))));
        }
    }
    let paths = parts.into_iter().flat_map(|parts| &parts.resources);
    let below = paths.clone().filter(|(path, _)| *path != "/");
    imports.extend(below.map(|(path, id)| ("aws_api_gateway_resource", path.clone(), format!("{api}/{id}"))));
    for (path, id) in paths {
        for (route, settings) in members(&live.spec, "routes") {
            let Some((verb, _)) = route.split_once(' ').filter(|(_, of)| of == path) else { continue };
            let (name, method) = (format!("-{verb}{path}"), format!("{api}/{id}/{verb}"));
            imports.push(("aws_api_gateway_method", name.clone(), method.clone()));
            imports.push(("aws_api_gateway_integration", name.clone(), method.clone()));
            for (status, _) in members(settings, "responses") {
                let (name, response) = (format!("{name}-{status}"), format!("{method}/{status}"));
                imports.push(("aws_api_gateway_method_response", name.clone(), response.clone()));
                imports.push(("aws_api_gateway_integration_response", name, response));
            }
        }
    }
    let answers = members(&live.spec, "gateway_responses");
    imports.extend(
        answers.map(|(kind, _)| ("aws_api_gateway_gateway_response", format!("-{kind}"), format!("{api}/{kind}"))),
    );
    imports
}

/// A stage with its deployment and the settings of its methods.
pub(super) fn of_stage(live: &Live<Value>) -> Vec<Import> {
    let mut imports = vec![("aws_api_gateway_stage", String::new(), live.id.clone())];
    let api = live.spec["api"].as_str().unwrap_or_default();
    let deployment = live.outputs.get("deployment").filter(|id| !id.is_empty());
    imports.extend(deployment.map(|id| ("aws_api_gateway_deployment", String::new(), format!("{api}/{id}"))));
    let settings = members(&live.spec, "method_settings");
    imports.extend(
        settings.map(|(at, _)| ("aws_api_gateway_method_settings", format!("-{at}"), format!("{}/{at}", live.id))),
    );
    imports
}

fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
