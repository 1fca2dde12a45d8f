//! The IAM actions that a kind needs.

/// The IAM actions of a kind's verbs, in full, such as `kinesis:CreateStream` (AWS.md part 3).
///
/// Whoever changes something may also look at it: what `read` has, the others do not repeat.
#[derive(Clone, Copy, Debug)]
pub struct Actions {
    /// To see what there is: listings, one alone, and waiting for it.
    pub read: &'static [&'static str],
    /// For the one call that makes it.
    pub create: &'static [&'static str],
    /// To change it, tags included; creation is finished by that.
    pub update: &'static [&'static str],
    /// To delete it, with what must be undone before.
    pub delete: &'static [&'static str],
    /// What no call of ours is named after, but AWS asks of the caller because of one.
    pub dependent: &'static [Dependent],
}

/// Actions that a service takes on the caller's behalf while it serves a call.
#[derive(Clone, Copy, Debug)]
pub struct Dependent {
    /// In full.
    pub actions: &'static [&'static str],
    /// When.
    pub during: &'static [Verb],
    /// The fields, such as `logs.s3`, of which one must be given for the service to need them; none when it always does.
    /// `*` stands for every key of a map.
    pub fields: &'static [&'static str],
    /// A condition key that the request carries, with its value: which service gets the role.
    pub condition: Option<(&'static str, &'static str)>,
    /// Why.
    pub reason: &'static str,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Looking.
    Read,
    /// Making it.
    Create,
    /// Changing it.
    Update,
    /// Deleting it.
    Delete,
}

impl Verb {
    /// While it is made.
    pub const CREATE: &'static [Self] = &[Self::Create];
    /// While it is changed.
    pub const UPDATE: &'static [Self] = &[Self::Update];
    /// While it is made and whenever it is changed.
    pub const WRITE: &'static [Self] = &[Self::Create, Self::Update];
    /// While it is made, changed and deleted.
    pub const CHANGE: &'static [Self] = &[Self::Create, Self::Update, Self::Delete];
}

/// Actions of which AWS does not let a policy say on what (AWS.md part 3); `…*` stands for all that begin so.
const WITHOUT_RESOURCE: &[&str] = &[
    "tag:*",
    "kms:*",
    "firehose:*",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:GetAccountAuthorizationDetails",
    "iam:ListInstanceProfiles",
    "iam:ListRoles",
    "s3:ListAllMyBuckets",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "kafka:DescribeClusterOperationV2",
    "kafka:GetBootstrapBrokers",
    "kafka:ListClustersV2",
    "kafka:ListConfigurations",
    "kafkaconnect:Create*",
    "kafkaconnect:ListConnectors",
    "kafkaconnect:ListCustomPlugins",
    "kafkaconnect:ListWorkerConfigurations",
    "kinesis:DisableEnhancedMonitoring",
    "kinesis:EnableEnhancedMonitoring",
    "kinesis:UpdateShardCount",
    "kinesis:UpdateStreamMode",
];

/// Whether a policy can say on what `action`, in full, is allowed.
pub fn has_resource(action: &str) -> bool {
    // The one description of EC2 that is about something.
    action == "ec2:DescribeVpcAttribute"
        || !WITHOUT_RESOURCE.iter().any(|without| match without.strip_suffix('*') {
            Some(beginning) => action.starts_with(beginning),
            None => action == *without,
        })
}

/// What MSK, MSK Connect and channels need to have logs delivered (AWS.md §3.1, vended logs).
pub const LOG_DELIVERY: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// What they need beside [`LOG_DELIVERY`] for logs in a bucket.
pub const LOGS_TO_S3: &[&str] = &["s3:GetBucketPolicy", "s3:PutBucketPolicy"];

/// What they need beside [`LOG_DELIVERY`] for logs in a delivery stream.
pub const LOGS_TO_FIREHOSE: &[&str] = &["firehose:TagDeliveryStream"];

impl Actions {
    /// Those of `verb`, without dependent ones.
    pub fn of(&self, verb: Verb) -> &'static [&'static str] {
        match verb {
            Verb::Read => self.read,
            Verb::Create => self.create,
            Verb::Update => self.update,
            Verb::Delete => self.delete,
        }
    }
}

impl Dependent {
    /// `actions`, needed `during` some verbs for a `reason`.
    pub const fn new(actions: &'static [&'static str], during: &'static [Verb], reason: &'static str) -> Self {
        Self { actions, during, fields: &[], condition: None, reason }
    }

    /// Who hands a role to `service` must be allowed to.
    pub const fn pass_role(service: &'static str, during: &'static [Verb]) -> Self {
        let condition = Some(("iam:PassedToService", service));
        let reason = "it works in a role, which is handed to the service";
        Self { actions: &["iam:PassRole"], during, fields: &[], condition, reason }
    }

    /// The first object of its type in an account makes the role that `service` works with there.
    pub const fn service_linked_role(service: &'static str, during: &'static [Verb]) -> Self {
        let condition = Some(("iam:AWSServiceName", service));
        let reason = "the first one in an account makes the service's own role";
        Self { actions: &["iam:CreateServiceLinkedRole"], during, fields: &[], condition, reason }
    }

    /// Only when one of `fields` is given.
    pub const fn given(mut self, fields: &'static [&'static str]) -> Self {
        self.fields = fields;
        self
    }
}
