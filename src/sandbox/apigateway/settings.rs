//! What a REST API has beside its tree, and its changes.

use super::patch::{Op, Patch};
use super::{bad, one_of};
use crate::account::Account;
use crate::answer::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an API can be reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// `EDGE`, `REGIONAL` or `PRIVATE`; always one.
    pub types: Vec<String>,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// Those with an alias for the API.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub vpc_endpoint_ids: Vec<String>,
}

/// The input for [`Endpoint`].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EndpointInput {
    types: Option<Vec<String>>,
    ip_address_type: Option<String>,
    #[serde(default)]
    vpc_endpoint_ids: Vec<String>,
}

/// Settings outside of the tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    pub name: String,
    pub description: Option<String>,
    pub version: Option<String>,
    pub binary_media_types: Vec<String>,
    pub minimum_compression_size: Option<u32>,
    pub api_key_source: String,
    pub endpoint: Endpoint,
    /// As its owner wrote it.
    pub policy: Option<String>,
    pub disable_execute_api_endpoint: bool,
    pub security_policy: Option<String>,
    pub endpoint_access_mode: Option<String>,
}

pub(super) const ENDPOINT_TYPES: [&str; 3] = ["PRIVATE", "EDGE", "REGIONAL"];

impl EndpointInput {
    pub(super) fn endpoint(self) -> Result<Endpoint, Fault> {
        let Self { types, ip_address_type, vpc_endpoint_ids } = self;
        let types = types.unwrap_or_else(|| vec!["EDGE".to_owned()]);
        if types.iter().any(|kind| !ENDPOINT_TYPES.contains(&kind.as_str())) {
            let given = types.join(", ");
            let message = format!(
                "1 validation error detected: Value '[{given}]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"
            );
            return Err(Fault::new(400, "ValidationException", message));
        }
        match types.len() {
            0 => return Err(bad("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")),
            1 => {}
            _ => return Err(bad("Cannot create an api with multiple Endpoint Types.")),
        }
        let private = types.iter().any(|kind| kind == "PRIVATE");
        if let Some(kind) = &ip_address_type {
            one_of(kind, "createRestApiInput.endpointConfiguration.ipAddressType", &["ipv4", "dualstack"])?;
        }
        let default = if private { "dualstack" } else { "ipv4" };
        let endpoint = Endpoint {
            types,
            ip_address_type: ip_address_type.unwrap_or_else(|| default.to_owned()),
            vpc_endpoint_ids,
        };
        endpoint.check()?;
        Ok(endpoint)
    }
}

impl Endpoint {
    /// Whether only VPC endpoints reach it.
    pub fn is_private(&self) -> bool {
        self.types.iter().any(|kind| kind == "PRIVATE")
    }

    fn check(&self) -> Result<(), Fault> {
        if self.is_private() && self.ip_address_type == "ipv4" {
            return Err(bad("Only dualstack ipAddressType is supported for Private APIs."));
        }
        if !self.is_private() && !self.vpc_endpoint_ids.is_empty() {
            return Err(bad("VPCEndpoint can only be specified with PRIVATE apis"));
        }
        Ok(())
    }
}

/// Refuses compression sizes that are none.
pub(super) fn compression_size(size: &Value) -> Result<u32, Fault> {
    let size = size.as_u64().and_then(|size| u32::try_from(size).ok());
    size.filter(|size| *size <= 10_485_760)
        .ok_or_else(|| bad("Invalid minimum compression size, must be between 0 and 10485760"))
}

/// Refuses a policy that is no policy document.
pub(super) fn check_policy(policy: &str) -> Result<(), Fault> {
    let document = serde_json::from_str::<Value>(policy).ok();
    let statements = document.as_ref().and_then(|document| document.get("Statement"));
    let fits = |statement: &Value| {
        let has = |name: &str| statement.get(name).is_some();
        has("Effect") && has("Action") && has("Resource") && (has("Principal") || has("NotPrincipal"))
    };
    let fine = match statements {
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(fits),
        Some(one) => fits(one),
        None => false,
    };
    if !fine {
        return Err(bad(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
        ));
    }
    if policy.chars().count() > 8_192 {
        return Err(bad("Policy exceeds the maximum size of 8192 characters"));
    }
    Ok(())
}

impl Settings {
    /// The policy as AWS shows it: with the API's ARN, and its quotes escaped.
    pub(super) fn shown_policy(&self, account: &Account, id: &str) -> Option<String> {
        let own = account.arn("execute-api", &format!("{id}/"));
        let policy = self.policy.as_ref()?.replace("execute-api:/", &own);
        Some(policy.replace('\\', "\\\\").replace('"', "\\\""))
    }

    /// Makes one change. True when it takes AWS a while.
    pub(super) fn change(&mut self, patch: &Patch) -> Result<bool, Fault> {
        let replace = || patch.only(&[Op::Replace]);
        let parts = patch.parts();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["name"] => {
                replace()?;
                self.name = patch.filled().ok_or_else(|| bad("API name cannot be blank"))?;
            }
            ["description"] => {
                patch.only(&[Op::Add, Op::Replace, Op::Remove])?;
                self.description = patch.filled().filter(|_| patch.op != Op::Remove);
            }
            ["policy"] => {
                replace()?;
                if let Some(policy) = patch.filled() {
                    check_policy(&policy)?;
                }
                self.policy = patch.filled();
            }
            ["apiKeySource"] => {
                replace()?;
                let source = patch.text();
                if !["HEADER", "AUTHORIZER"].contains(&source.as_str()) {
                    return Err(bad(format!("Invalid API key source specified: {source}")));
                }
                self.api_key_source = source;
            }
            ["disableExecuteApiEndpoint"] => {
                replace()?;
                self.disable_execute_api_endpoint = patch.truth();
            }
            ["minimumCompressionSize"] => {
                replace()?;
                let size = patch.filled().map(|text| text.parse::<u32>().map_or(Value::Null, Value::from));
                self.minimum_compression_size = size.map(|size| compression_size(&size)).transpose()?;
            }
            ["binaryMediaTypes", content_type] => self.change_binary(patch, content_type)?,
            ["endpointConfiguration", "types", old] => {
                replace()?;
                return self.change_endpoint(old, patch.text());
            }
            ["endpointConfiguration", "ipAddressType"] => {
                replace()?;
                let kind = patch.text();
                if !["ipv4", "dualstack"].contains(&kind.as_str()) {
                    return Err(bad("ipAddressType must be either ipv4 or dualstack."));
                }
                self.endpoint.ip_address_type = kind;
            }
            ["endpointConfiguration", "vpcEndpointIds"] => {
                patch.only(&[Op::Add, Op::Remove])?;
                let id = patch.filled().ok_or_else(|| bad("Invalid VPC endpoint id specified"))?;
                self.endpoint.vpc_endpoint_ids.retain(|other| *other != id);
                if patch.op == Op::Add {
                    self.endpoint.vpc_endpoint_ids.push(id);
                }
            }
            ["securityPolicy"] => {
                replace()?;
                self.security_policy = Some(patch.text());
                return self.check_security().map(|()| true);
            }
            ["endpointAccessMode"] => {
                replace()?;
                self.endpoint_access_mode = Some(patch.text());
                return self.check_security().map(|()| true);
            }
            _ => return Err(patch.unknown()),
        }
        Ok(false)
    }

    /// What must hold after all changes of a call.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.endpoint.check()?;
        self.check_security()
    }

    fn check_security(&self) -> Result<(), Fault> {
        const KNOWN: [&str; 14] = [
            "TLS_1_0",
            "TLS_1_2",
            "SecurityPolicy_TLS13_1_3_2025_09",
            "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
            "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_PQ_2025_09",
            "SecurityPolicy_TLS13_1_2_2021_06",
            "SecurityPolicy_TLS13_2025_EDGE",
            "SecurityPolicy_TLS12_PFS_2025_EDGE",
            "SecurityPolicy_TLS12_2018_EDGE",
        ];
        if let Some(policy) = &self.security_policy {
            one_of(policy, "securityPolicy", &KNOWN)?;
        }
        if let Some(mode) = &self.endpoint_access_mode {
            one_of(mode, "endpointAccessMode", &["BASIC", "STRICT"])?;
            if !self.security_policy.as_ref().is_some_and(|policy| policy.starts_with("SecurityPolicy_")) {
                return Err(bad("Endpoint access mode requires a security policy that starts with SecurityPolicy_"));
            }
        }
        Ok(())
    }

    fn change_binary(&mut self, patch: &Patch, content_type: &str) -> Result<(), Fault> {
        patch.only(&[Op::Add, Op::Replace, Op::Remove])?;
        let position = self.binary_media_types.iter().position(|known| known == content_type);
        match (patch.op, position) {
            (Op::Remove, Some(position)) => drop(self.binary_media_types.remove(position)),
            (Op::Remove, None) => return Err(bad(format!("Invalid binary media type specified: {content_type}"))),
            (Op::Replace, Some(position)) => self.binary_media_types[position] = patch.text(),
            (_, None) => self.binary_media_types.push(content_type.to_owned()),
            (_, Some(_)) => {}
        }
        Ok(())
    }

    fn change_endpoint(&mut self, old: &str, new: String) -> Result<bool, Fault> {
        if !ENDPOINT_TYPES.contains(&new.as_str()) {
            return Err(bad("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"));
        }
        if old != "0" && !self.endpoint.types.iter().any(|kind| kind == old) {
            return Err(bad(format!("Invalid patch path /endpointConfiguration/types/{old}")));
        }
        if new == "PRIVATE" {
            self.endpoint.ip_address_type = "dualstack".to_owned();
        }
        let changed = self.endpoint.types != [new.as_str()];
        self.endpoint.types = vec![new];
        Ok(changed)
    }
}
