//! `api`: one REST API in front of Kafka and Kinesis, its stage, and the way to the client machine.

use super::Lowering;
use super::client::CLIENT;
use super::network::Network;
use super::policies::{self, kinesis_proxy, trust};
use super::routes::{self, Access, Cors, Routes};
use crate::kinds::apigateway::account::Account;
use crate::kinds::apigateway::api_key::ApiKey;
use crate::kinds::apigateway::execution_logs;
use crate::kinds::apigateway::method_settings::{LoggingLevel, MethodSettings};
use crate::kinds::apigateway::rest_api::{Endpoint, RestApi};
use crate::kinds::apigateway::stage::{AccessLog, Stage};
use crate::kinds::apigateway::usage_plan::{Period, PlanStage, Quota, Throttle, UsagePlan};
use crate::kinds::apigateway::vpc_link::VpcLink;
use crate::kinds::ec2::elastic_ip::{ElasticIp, PublicIp};
use crate::kinds::elb::listener::Listener;
use crate::kinds::elb::load_balancer::{ClientRouting, DnsName, LoadBalancer};
use crate::kinds::elb::target_group::attributes::{CrossZone, Unhealthy};
use crate::kinds::elb::target_group::{HealthCheck, HttpProbe, Probe, Protocol, TargetGroup};
use crate::kinds::iam::role::Role;
use crate::kinds::logs::log_group::{LogGroup, Retention};
use crate::manifest::api::{self as section, Api, Auth, ExecutionLogs, Exposure, Target};
use crate::manifest::source::Span;
use crate::resource::{Arn, Auto, Fixed, Initial, Ref, Set};
use std::collections::BTreeMap;

/// The load balancer's security group.
pub(super) const LOAD_BALANCER: &str = "load-balancer";
const MAIN: &str = "main";
/// The log group of the work on requests.
const EXECUTION: &str = "api-execution";
/// Lets API Gateway write logs (AWS.md §5).
const PUSH_LOGS: &str = "service-role/AmazonAPIGatewayPushToCloudWatchLogs";
/// One line of JSON for each request. Its members are sorted, as tools write JSON that read it.
const LOG_FORMAT: &str = concat!(
    r#"{"bytes":"$context.responseLength","error":"$context.error.message","#,
    r#""integrationStatus":"$context.integrationStatus","ip":"$context.identity.sourceIp","#,
    r#""latency":"$context.responseLatency","method":"$context.httpMethod","path":"$context.path","#,
    r#""requestId":"$context.requestId","status":"$context.status","time":"$context.requestTime"}"#
);

impl Lowering<'_> {
    pub(super) fn api(&mut self, network: Option<&Network>) {
        let Some(section) = &self.manifest.api else { return };
        let name = section.name.clone().unwrap_or_else(|| self.named(MAIN));
        let cors = cors(section);
        let spec = RestApi {
            name,
            description: format!("The API of stack {}", self.stack),
            endpoint: match *section.endpoint {
                section::Endpoint::Regional => Endpoint::Regional,
                section::Endpoint::Edge => Endpoint::Edge,
            },
            vpc_endpoints: Set::default(),
            ip_address_type: Auto(None),
            security_policy: Auto(None),
            endpoint_access_mode: Auto(None),
            disable_execute_api_endpoint: false,
            api_key_source: crate::kinds::apigateway::rest_api::ApiKeySource::Header,
            minimum_compression_bytes: None,
            binary_media_types: Set::default(),
            policy: None,
            routes: self.routes(section, network),
            bare_paths: Set::default(),
            gateway_responses: cors.as_ref().map(routes::refusals).unwrap_or_default(),
        };
        self.add(MAIN, &spec);
        self.stage(section);
        if *section.auth == Auth::ApiKey {
            self.api_key(section);
        }
    }

    fn routes(&mut self, section: &Api, network: Option<&Network>) -> Routes {
        let access = match *section.auth {
            Auth::None => Access::Open,
            Auth::Iam => Access::Iam,
            Auth::ApiKey => Access::ApiKey,
        };
        let mut all = Routes::new();
        for (path, to, methods) in self.targets(section) {
            match to {
                Target::Kinesis => {
                    let role = self.kinesis_role(section.span);
                    let service = format!("arn:{}:apigateway:{}:kinesis", self.place.partition, self.place.region);
                    all.extend(routes::kinesis(&path, &service, &role, access));
                }
                Target::Kafka => {
                    let (backend, link) = self.proxy(section, network);
                    for method in methods {
                        all.extend(routes::kafka(method, &path, &backend, link.clone(), access));
                    }
                }
            }
        }
        all.values_mut().for_each(|route| route.integration.timeout_ms = section.timeout_ms);
        if let Some(cors) = cors(section) {
            routes::allow_origin(&mut all, &cors);
            all.extend(routes::preflights(&all, &cors));
        }
        all
    }

    /// The paths that lead somewhere: those of the section, or Kafka's and Kinesis' own.
    fn targets(&self, section: &Api) -> Vec<(String, Target, Vec<&'static str>)> {
        match &section.routes {
            Some(given) => {
                let rules = given.iter().map(|(path, route)| {
                    let methods = route.0.methods.iter().map(|method| method.value.word()).collect();
                    (path.value.clone(), *route.0.to, methods)
                });
                rules.collect()
            }
            None => {
                let kafka = self.manifest.has_proxy();
                let kinesis = !self.manifest.streams.is_empty();
                let kafka = kafka.then(|| ("/{proxy+}".to_owned(), Target::Kafka, vec!["ANY"]));
                let kinesis = kinesis.then(|| ("/streams".to_owned(), Target::Kinesis, vec![]));
                kafka.into_iter().chain(kinesis).collect()
            }
        }
    }

    fn kinesis_role(&mut self, api: Span) -> Ref<Role, Arn> {
        const NAME: &str = "kinesis";
        if !self.draft.addresses().any(|address| address.kind == "iam/role" && address.name == NAME) {
            let streams: Vec<String> = self.manifest.streams.names().map(str::to_owned).collect();
            if policies::streams_in_policy(&streams) == ["*"] {
                let message = "the API's role has no room for the names of so many streams".to_owned();
                let help = "let them begin alike, such as `orders-new`, `orders-paid`: the role then covers `orders-*`";
                self.fail(api, message, help);
            }
            let keys = self.manifest.streams.iter().filter_map(|(_, stream)| stream.kms_key.as_ref());
            // The key policies of AWS's own keys let everybody in.
            let keys = keys.map(|key| key.value.as_str()).filter(|key| !key.starts_with("alias/aws/")).collect();
            let policy = kinesis_proxy(self.place, &streams, &keys);
            let trust = trust(self.place, &["apigateway.amazonaws.com"], None);
            self.role(NAME, "API Gateway puts records into streams", trust, policy, vec![]);
        }
        Ref::to(NAME)
    }

    /// Where the REST proxy is, and the link there when it is private.
    fn proxy(&mut self, section: &Api, network: Option<&Network>) -> (String, Option<Ref<VpcLink>>) {
        let port = self.manifest.client.as_ref().map_or(8082, |client| client.rest_proxy.port.value);
        match (*section.exposure, network) {
            (Exposure::Private, Some(network)) => {
                self.load_balancer(port, network);
                let host = Ref::<LoadBalancer, DnsName>::to(CLIENT);
                (format!("http://{host}:{port}"), Some(Ref::to(CLIENT)))
            }
            _ => (format!("http://{}:{port}", Ref::<ElasticIp, PublicIp>::to(CLIENT)), None),
        }
    }

    fn load_balancer(&mut self, port: i32, network: &Network) {
        if self.draft.addresses().any(|address| address.kind == "elb/load-balancer") {
            return;
        }
        let group = network.group(self.named(LOAD_BALANCER), "The load balancer behind the VPC link", vec![]);
        let group = self.security_group(LOAD_BALANCER, &group);
        let spec = LoadBalancer {
            name: Fixed(self.named(CLIENT)),
            internal: Fixed(true),
            subnets: network.private.iter().cloned().collect(),
            security_groups: Set(vec![group]),
            // What comes through the VPC link has no address that a rule could name.
            check_private_link: Auto(Some(false)),
            cross_zone: true,
            client_routing: ClientRouting::default(),
            access_logs: None,
            zonal_shift: false,
            deletion_protection: false,
        };
        self.add(CLIENT, &spec);
        let probe = Probe::Http(HttpProbe { path: "/".into(), ..HttpProbe::default() });
        let targets = TargetGroup {
            name: Fixed(self.named(CLIENT)),
            protocol: Fixed(Protocol::Tcp),
            port: Fixed(port),
            vpc: Fixed(network.vpc.clone()),
            health_check: HealthCheck { probe, ..HealthCheck::default() },
            targets: Set(vec![Ref::to(CLIENT)]),
            deregistration_delay: 30,
            preserve_client_ip: Auto(Some(false)),
            proxy_protocol: false,
            terminate_connections: Auto(None),
            sticky: false,
            cross_zone: CrossZone::default(),
            unhealthy: Unhealthy::default(),
        };
        self.add(CLIENT, &targets);
        let listener = Listener {
            load_balancer: Fixed(Ref::to(CLIENT)),
            port,
            protocol: Protocol::Tcp,
            target_group: Ref::to(CLIENT),
        };
        self.add(CLIENT, &listener);
        let link = VpcLink {
            name: self.named(CLIENT),
            description: "To the Kafka REST proxy".into(),
            target: Fixed(Ref::to(CLIENT)),
        };
        self.add(CLIENT, &link);
    }

    fn stage(&mut self, section: &Api) {
        let access = self.log_group("api", format!("/aqueduct/{}/api", self.stack), &section.access_logs);
        let logged = access || section.execution_logs != ExecutionLogs::Off;
        let mut needs = if logged { vec![self.account().to_string()] } else { vec![] };
        needs.extend(self.execution_logs(section).map(|group| group.to_string()));
        let settings = MethodSettings {
            metrics: section.metrics,
            logging_level: match section.execution_logs {
                ExecutionLogs::Off => LoggingLevel::Off,
                ExecutionLogs::Error => LoggingLevel::Error,
                ExecutionLogs::Info => LoggingLevel::Info,
            },
            throttling_rate_limit: Auto(Some(section.throttle.rate.value.into())),
            throttling_burst_limit: Auto(Some(section.throttle.burst.value)),
            ..MethodSettings::default()
        };
        let spec = Stage {
            name: Fixed(section.stage.value.clone()),
            api: Fixed(Ref::to(MAIN)),
            definition: Ref::to(MAIN),
            description: String::new(),
            variables: BTreeMap::new(),
            tracing: section.tracing,
            access_log: access.then(|| AccessLog { destination: Ref::to("api"), format: LOG_FORMAT.into() }),
            cache_cluster_gb: None,
            client_certificate: None,
            method_settings: BTreeMap::from([("*/*".into(), settings)]),
            canary: None,
            documentation_version: None,
            needs: Initial(needs),
        };
        self.add(MAIN, &spec);
    }

    /// The group of the stage's execution logs, which must be there before API Gateway makes it, and go after the stage. It
    /// keeps events as long as that of the access logs.
    fn execution_logs(&mut self, section: &Api) -> Option<Ref<LogGroup>> {
        if section.execution_logs == ExecutionLogs::Off {
            return None;
        }
        let mut group = LogGroup::new(execution_logs::group(Ref::<RestApi>::to(MAIN), &section.stage));
        group.retention_days = Some(Retention::Days(section.access_logs.0.retention_days));
        self.add(EXECUTION, &group);
        Some(Ref::to(EXECUTION))
    }

    /// The account's role for API Gateway's logs.
    fn account(&mut self) -> Ref<Account> {
        let mut role =
            Role::new(self.named_in_region("api-logs"), trust(self.place, &["apigateway.amazonaws.com"], None));
        role.description = "API Gateway writes logs".into();
        role.managed = Set(vec![self.place.managed_policy(PUSH_LOGS)]);
        self.add("api-logs", &role);
        self.add(MAIN, &Account { cloudwatch_role: Ref::to("api-logs") });
        Ref::to(MAIN)
    }

    fn api_key(&mut self, section: &Api) {
        let key = ApiKey {
            name: self.named(MAIN),
            description: format!("Opens the API of stack {}", self.stack),
            enabled: true,
            customer_id: None,
            value: Fixed(Auto(None)),
        };
        self.add(MAIN, &key);
        let quota = section.quota.as_ref().map(|quota| Quota {
            limit: quota.limit,
            period: match quota.period {
                section::Period::Day => Period::Day,
                section::Period::Week => Period::Week,
                section::Period::Month => Period::Month,
            },
            offset: 0,
        });
        let throttle =
            Throttle { rate_limit: section.throttle.rate.value.into(), burst_limit: section.throttle.burst.value };
        let plan = UsagePlan {
            name: self.named(MAIN),
            description: String::new(),
            stages: Set(vec![PlanStage { stage: Ref::to(MAIN), throttle: BTreeMap::new() }]),
            throttle: Some(throttle),
            quota,
            product_code: None,
            keys: Set(vec![Ref::to(MAIN)]),
        };
        self.add(MAIN, &plan);
    }
}

fn cors(section: &Api) -> Option<Cors<'_>> {
    let rules = section.cors.as_ref()?.0.as_ref()?;
    Some(Cors { origin: rules.origin(), headers: &rules.headers, max_age_seconds: rules.max_age_seconds })
}
