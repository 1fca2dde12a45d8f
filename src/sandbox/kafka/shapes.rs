//! Structures of the API that requests and answers share, named as in the model.

use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! shapes {
    ($($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$meta])* pub $field: $type,)*
        }
    )*};
}

macro_rules! words {
    ($($name:ident { $first:ident $(, $rest:ident)* })*) => {$(
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub(super) enum $name {
            #[default]
            $first,
            $($rest,)*
        }
    )*};
}

words! {
    AzDistribution { Default }
    ClientBroker { Tls, TlsPlaintext, Plaintext }
    EnhancedMonitoring { Default, PerBroker, PerTopicPerBroker, PerTopicPerPartition }
    NetworkType { Ipv4, Dual }
    RebalancingStatus { Active, Paused }
    StorageMode { Local, Tiered }
}

shapes! {
    BrokerNodeGroupInfo {
        #[serde(rename = "brokerAZDistribution")]
        broker_az_distribution: Option<AzDistribution>,
        client_subnets: Vec<String>,
        instance_type: String,
        security_groups: Option<Vec<String>>,
        storage_info: Option<StorageInfo>,
        connectivity_info: Option<ConnectivityInfo>,
        zone_ids: Option<Vec<String>>,
    }
    StorageInfo { ebs_storage_info: Option<EbsStorageInfo>, }
    EbsStorageInfo { provisioned_throughput: Option<ProvisionedThroughput>, volume_size: Option<i64>, }
    ProvisionedThroughput { enabled: Option<bool>, volume_throughput: Option<i64>, }
    ConnectivityInfo {
        public_access: Option<PublicAccess>,
        vpc_connectivity: Option<VpcConnectivity>,
        network_type: Option<NetworkType>,
    }
    PublicAccess { r#type: Option<String>, }
    VpcConnectivity { client_authentication: Option<ClientAuthentication>, }
    ClientAuthentication {
        sasl: Option<Sasl>,
        tls: Option<Tls>,
        unauthenticated: Option<Switch>,
    }
    Sasl { scram: Option<Switch>, iam: Option<Switch>, }
    Tls { certificate_authority_arn_list: Option<Vec<String>>, enabled: Option<bool>, }
    Switch { enabled: Option<bool>, }
    ConfigurationInfo { arn: String, revision: i64, }
    EncryptionInfo {
        encryption_at_rest: Option<EncryptionAtRest>,
        encryption_in_transit: Option<EncryptionInTransit>,
    }
    EncryptionAtRest {
        #[serde(rename = "dataVolumeKMSKeyId")]
        data_volume_kms_key_id: String,
    }
    EncryptionInTransit { client_broker: Option<ClientBroker>, in_cluster: Option<bool>, }
    OpenMonitoring { prometheus: Prometheus, }
    Prometheus { jmx_exporter: Option<Exporter>, node_exporter: Option<Exporter>, }
    Exporter { enabled_in_broker: bool, }
    LoggingInfo { authorizer_logs: Option<Logs>, broker_logs: Logs, }
    Logs { cloud_watch_logs: Option<CloudWatchLogs>, firehose: Option<Firehose>, s3: Option<S3>, }
    CloudWatchLogs { enabled: bool, log_group: Option<String>, }
    Firehose { enabled: bool, delivery_stream: Option<String>, }
    S3 { enabled: bool, bucket: Option<String>, prefix: Option<String>, }
    Rebalancing { status: Option<RebalancingStatus>, }
    VpcConfig { subnet_ids: Vec<String>, security_group_ids: Option<Vec<String>>, }
}

impl ClientAuthentication {
    pub(super) fn iam(&self) -> bool {
        self.sasl.as_ref().and_then(|sasl| sasl.iam.as_ref()?.enabled) == Some(true)
    }

    pub(super) fn scram(&self) -> bool {
        self.sasl.as_ref().and_then(|sasl| sasl.scram.as_ref()?.enabled) == Some(true)
    }

    pub(super) fn tls(&self) -> bool {
        self.tls.as_ref().and_then(|tls| tls.enabled) == Some(true)
    }

    pub(super) fn unauthenticated(&self) -> bool {
        self.unauthenticated.as_ref().and_then(|open| open.enabled) == Some(true)
    }

    /// Whether any client has to say who it is.
    pub(super) fn any(&self) -> bool {
        self.iam() || self.scram() || self.tls()
    }

    /// With what `other` says instead.
    pub(super) fn merged(mut self, other: Self) -> Self {
        if let Some(sasl) = other.sasl {
            let known = self.sasl.unwrap_or_default();
            self.sasl = Some(Sasl { scram: sasl.scram.or(known.scram), iam: sasl.iam.or(known.iam) });
        }
        self.tls = other.tls.or(self.tls);
        self.unauthenticated = other.unauthenticated.or(self.unauthenticated);
        self
    }

    /// With every switch in its place, as descriptions show it. Certificates are shown where they are asked for.
    pub(super) fn spelled_out(&self) -> Self {
        let switch = |on: bool| Some(Switch { enabled: Some(on) });
        let authorities = self.tls.as_ref().and_then(|tls| tls.certificate_authority_arn_list.clone());
        Self {
            sasl: Some(Sasl { scram: switch(self.scram()), iam: switch(self.iam()) }),
            tls: self.tls().then(|| Tls {
                certificate_authority_arn_list: Some(authorities.unwrap_or_default()),
                enabled: Some(true),
            }),
            unauthenticated: switch(self.unauthenticated()),
        }
    }
}

impl VpcConnectivity {
    pub(super) fn clients(&self) -> ClientAuthentication {
        self.client_authentication.clone().unwrap_or_default()
    }

    /// With every switch in its place, as descriptions show it.
    pub(super) fn spelled_out(&self) -> Self {
        let mut clients = self.clients().spelled_out();
        clients.unauthenticated = None;
        clients.tls = Some(Tls { certificate_authority_arn_list: None, enabled: Some(self.clients().tls()) });
        Self { client_authentication: Some(clients) }
    }
}

/// `value` without its nulls: the API leaves out what is not there.
pub(super) fn bare(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, bare(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(bare).collect(),
        other => other,
    }
}
