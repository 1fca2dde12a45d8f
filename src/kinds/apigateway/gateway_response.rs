//! What API Gateway answers by itself, where no integration is asked (API model).

use crate::aws::{Cx, Error, Result};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// Gateway responses by type, such as `BAD_REQUEST_BODY`; `DEFAULT_4XX` and `DEFAULT_5XX` for all that have none.
pub type GatewayResponses = BTreeMap<String, GatewayResponse>;

/// What API Gateway answers by itself, where no integration is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayResponse {
    /// The HTTP status, three digits; left out, that of what went wrong.
    #[serde(default)]
    pub status: Option<String>,
    /// What goes into `gatewayresponse.header.<name>`: a parameter of the request, or a constant in single quotes.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The body by content type, with `$context` variables and no other template language; left out, AWS's own text.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
}

/// The type and text of AWS's own body, which AWS shows where there is no template.
const OWN_BODY: (&str, &str) = ("application/json", r#"{"message":$context.error.messageString}"#);

impl GatewayResponse {
    /// As it stands for `kind` when nothing is written that AWS would fill in.
    fn normal(mut self, kind: &str) -> Self {
        self.status = self.status.filter(|status| Some(status.as_str()) != own_status(kind));
        let (content_type, body) = OWN_BODY;
        if self.templates.len() == 1 && self.templates.get(content_type).is_some_and(|text| text == body) {
            self.templates.clear();
        }
        self
    }
}

/// The status with which AWS answers, and which it shows where there is none.
fn own_status(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "BAD_REQUEST_BODY" | "BAD_REQUEST_PARAMETERS" => "400",
        "UNAUTHORIZED" => "401",
        "ACCESS_DENIED"
        | "EXPIRED_TOKEN"
        | "INVALID_API_KEY"
        | "INVALID_SIGNATURE"
        | "MISSING_AUTHENTICATION_TOKEN"
        | "WAF_FILTERED" => "403",
        "RESOURCE_NOT_FOUND" => "404",
        "REQUEST_TOO_LARGE" => "413",
        "UNSUPPORTED_MEDIA_TYPE" => "415",
        "QUOTA_EXCEEDED" | "THROTTLED" => "429",
        "API_CONFIGURATION_ERROR" | "AUTHORIZER_CONFIGURATION_ERROR" | "AUTHORIZER_FAILURE" => "500",
        "INTEGRATION_FAILURE" | "INTEGRATION_TIMEOUT" => "504",
        _ => return None,
    })
}

/// Reads gateway responses without what AWS would fill in.
pub(super) fn normal<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<GatewayResponses, D::Error> {
    let responses = GatewayResponses::deserialize(deserializer)?;
    let normal = responses.into_iter().map(|(kind, response)| {
        let response = response.normal(&kind);
        (kind, response)
    });
    Ok(normal.collect())
}

/// Those of the API `id` that somebody set.
pub(super) async fn read(cx: &Cx, id: &str) -> Result<GatewayResponses> {
    // There is but one page.
    let answer = cx.apigateway().get_gateway_responses().rest_api_id(id).send().await?;
    let set = answer.items.unwrap_or_default().into_iter().filter(|response| !response.default_response);
    let responses = set.map(|found| {
        let kind = found.response_type.ok_or_else(|| Error::unreadable("the type of a gateway response"))?;
        let response = GatewayResponse {
            status: found.status_code,
            parameters: found.response_parameters.unwrap_or_default().into_iter().collect(),
            templates: found.response_templates.unwrap_or_default().into_iter().collect(),
        };
        Ok((kind.as_str().to_owned(), response.normal(kind.as_str())))
    });
    responses.collect()
}
