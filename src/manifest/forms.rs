//! Forms of names and ids that AWS prescribes (AWS.md: appendix and the "validate" rows).

use super::layout::Form;

type Verdict = Result<(), String>;

/// Letters, digits and what stands in `more`; the first offender is named.
fn made_of(text: &str, more: &str) -> Verdict {
    only(text, |c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn only(text: &str, allowed: impl Fn(char) -> bool) -> Verdict {
    match text.chars().find(|c| !allowed(*c)) {
        Some(' ') => Err("it contains a space".into()),
        Some(c) => Err(format!("it contains `{}`", c.escape_debug())),
        None => Ok(()),
    }
}

fn length(text: &str, from: usize, to: usize) -> Verdict {
    match text.chars().count() {
        0 if from > 0 => Err("it is empty".into()),
        count if count < from => Err(format!("it has only {count} characters")),
        count if count > to => Err(format!("it has {count} characters")),
        _ => Ok(()),
    }
}

fn need(fine: bool, why: &str) -> Verdict {
    if fine { Ok(()) } else { Err(why.into()) }
}

fn begins_with_letter(text: &str) -> Verdict {
    need(text.starts_with(|c: char| c.is_ascii_alphabetic()), "it does not begin with a letter")
}

fn hexadecimal_id(text: &str, prefix: &str) -> Verdict {
    let Some(id) = text.strip_prefix(prefix) else { return Err(format!("it does not begin with `{prefix}`")) };
    need(matches!(id.len(), 8 | 17), "its id has not 8 or 17 digits")?;
    only(id, |c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

fn arn(text: &str, service: &str) -> Verdict {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, found, _, _, rest] => {
            let letters = partition.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            need(letters && partition.starts_with("aws"), "its partition is not `aws`, `aws-cn` or another of AWS's")?;
            need(*found == service, &format!("its service is not `{service}`"))?;
            need(!rest.is_empty(), "nothing follows the account")
        }
        _ => Err("it has not the parts of an ARN".into()),
    }
}

/// Kafka's versions as MSK names them, taken apart: numbers, and what follows them.
pub fn kafka_version(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_suffix(".kraft").or_else(|| text.strip_suffix(".tiered")).unwrap_or(text);
    let parts: Vec<&str> = text.split('.').collect();
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = parts.get(2..)?;
    let fits = matches!(rest.len(), 1 | 2) && rest.iter().all(|part| *part == "x" || number(part).is_some());
    fits.then_some((number(parts[0])?, number(parts[1])?))
}

macro_rules! forms {
    ($( $(#[$doc:meta])+ $name:ident = $what:literal, $rule:literal, $pattern:literal, |$text:ident| $test:expr; )*) => {
        $( $(#[$doc])+ pub static $name: Form = {
            fn test($text: &str) -> Verdict {
                $test
            }
            Form { what: $what, rule: $rule, pattern: $pattern, test }
        }; )*
    };
}

forms! {
    /// A stack: goes into IAM paths, bucket names and names of at most 32 characters.
    STACK = "a stack name", "2 to 20 of `a-z 0-9 -`, a letter first, no `-` last",
        "^[a-z][a-z0-9-]{0,18}[a-z0-9]$", |text| {
            length(text, 2, 20)?;
            only(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')?;
            begins_with_letter(text)?;
            need(!text.ends_with('-'), "it ends with `-`")
        };
    /// A region (API model: `([a-z]+-)+\d+`).
    REGION = "a region", "such as `us-east-1`", "^([a-z]+-)+[0-9]+$", |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let words = parts.split_last().is_some_and(|(number, words)| {
            !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && words.len() >= 2
                && words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        });
        need(words, "regions look like `us-east-1`")
    };
    /// An account id.
    ACCOUNT = "an account id", "12 digits, in quotes", "^[0-9]{12}$", |text| {
        only(text, |c| c.is_ascii_digit())?;
        length(text, 12, 12)
    };
    /// A short name of the user's own, part of addresses and names.
    LABEL = "a name", "1 to 40 of `a-z A-Z 0-9 _ . -`, a letter or digit first", "^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}$", |text| {
        length(text, 1, 40)?;
        made_of(text, "_.-")?;
        need(text.starts_with(|c: char| c.is_ascii_alphanumeric()), "it does not begin with a letter or digit")
    };
    /// A tag's key (EC2: 127 characters at most).
    TAG_KEY = "a tag key", "1 to 127 letters, digits, spaces and `_ . : / = + - @`, not beginning with `aws:` or `aqueduct:`",
        "^(?!aws:|aqueduct:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,127}$", |text| {
            length(text, 1, 127)?;
            only(text, |c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))?;
            need(!text.to_lowercase().starts_with("aws:"), "`aws:` is AWS's own")?;
            need(!text.starts_with("aqueduct:"), "`aqueduct:` marks what the stack owns")
        };
    /// A tag's value.
    TAG_VALUE = "a tag value", "up to 256 letters, digits, spaces and `_ . : / = + - @`",
        "^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{0,256}$", |text| {
            length(text, 0, 256)?;
            only(text, |c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
        };
    /// A bucket (AWS.md §2.4).
    BUCKET = "a bucket name", "3 to 63 of `a-z 0-9 . -`, a letter or digit first, last and next to each `.`, no IP address, no name reserved by AWS",
        "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", |text| bucket(text);
    /// A key or key prefix in a bucket.
    OBJECT_KEY = "an object key", "1 to 1024 bytes, no `/` first", "^[^/].{0,1023}$", |text| {
        need(!text.is_empty(), "it is empty")?;
        need(text.len() <= 1024, "it has more than 1024 bytes")?;
        need(!text.starts_with('/'), "it begins with `/`, which S3 takes literally")?;
        only(text, |c| !c.is_control())
    };
    /// A Kinesis stream.
    STREAM = "a stream name", "1 to 128 of `a-z A-Z 0-9 _ . -`", "^[a-zA-Z0-9_.-]{1,128}$", |text| {
        length(text, 1, 128)?;
        made_of(text, "_.-")
    };
    /// A Kafka topic.
    TOPIC = "a topic name", "1 to 249 of `a-z A-Z 0-9 . _ -`, neither `.` nor `..`, not beginning with `__`",
        "^(?!\\.{1,2}$)(?!__)[a-zA-Z0-9._-]{1,249}$", |text| {
            length(text, 1, 249)?;
            made_of(text, "._-")?;
            need(text != "." && text != "..", "it is no name")?;
            need(!text.starts_with("__"), "`__` begins the names of Kafka's own topics")
        };
    /// An MSK cluster.
    CLUSTER = "a cluster name", "1 to 64 letters, digits and `-`, a letter first", "^[a-zA-Z][a-zA-Z0-9-]{0,63}$", |text| {
        length(text, 1, 64)?;
        made_of(text, "-")?;
        begins_with_letter(text)
    };
    /// A version of Kafka as MSK names it.
    KAFKA_VERSION = "a version of Kafka", "such as `3.8.x`, `3.9.x.kraft` or `3.6.0`",
        "^[0-9]+\\.[0-9]+\\.([0-9]+|x)(\\.[0-9]+)?(\\.kraft|\\.tiered)?$",
        |text| need(kafka_version(text).is_some(), "MSK's versions look like `3.8.x`");
    /// A broker type.
    BROKER_TYPE = "a broker type", "`kafka.t3.small`, `kafka.m5.<size>`, `kafka.m7g.<size>` or `express.m7g.<size>`, such as `kafka.m7g.large`",
        "^(kafka\\.(t3\\.small|m5\\.(large|[0-9]*xlarge)|m7g\\.(large|[0-9]*xlarge))|express\\.m7g\\.(large|[0-9]*xlarge))$", |text| {
            let rest = text.strip_prefix("kafka.").or_else(|| text.strip_prefix("express."));
            let Some(rest) = rest else { return Err("it begins with neither `kafka.` nor `express.`".into()) };
            let fits = match rest.split_once('.') {
                Some(("t3", "small")) => text.starts_with("kafka."),
                Some(("m5", size)) => text.starts_with("kafka.") && SIZES.contains(&size),
                Some(("m7g", size)) => SIZES.contains(&size),
                _ => false,
            };
            need(fits, "MSK has no such type")
        };
    /// A connector, plugin, worker configuration.
    CONNECTOR = "a connector name", "1 to 128 of `a-z A-Z 0-9 _ . -`", "^[a-zA-Z0-9_.-]{1,128}$", |text| {
        length(text, 1, 128)?;
        made_of(text, "_.-")
    };
    /// A version of Kafka Connect.
    CONNECT_VERSION = "a version of Kafka Connect", "such as `3.7.x` or `2.7.1`", "^[0-9]+\\.[0-9]+\\.([0-9]+|x)$",
        |text| need(kafka_version(text).is_some() && text.split('.').count() == 3, "such versions look like `3.7.x`");
    /// A stage of an API.
    STAGE = "a stage name", "1 to 128 of `a-z A-Z 0-9 _ -`", "^[a-zA-Z0-9_-]{1,128}$", |text| {
        length(text, 1, 128)?;
        made_of(text, "_-")
    };
    /// A path of an API (AWS.md §5: path parts).
    ROUTE_PATH = "a path of an API", "`/` and parts of `a-z A-Z 0-9 _ - . , :`, or `{name}`, or `{name+}` as last part",
        "^/.*$", |text| route_path(text);
    /// An MWAA environment.
    ENVIRONMENT = "an environment name", "1 to 80 of `a-z A-Z 0-9 _ -`, a letter first", "^[a-zA-Z][0-9a-zA-Z_-]{0,79}$", |text| {
        length(text, 1, 80)?;
        made_of(text, "_-")?;
        begins_with_letter(text)
    };
    /// A version of Airflow.
    AIRFLOW_VERSION = "a version of Airflow", "such as `2.10.3`", "^[0-9]+\\.[0-9]+\\.[0-9]+$", |text| {
        length(text, 1, 32)?;
        let numbers: Vec<&str> = text.split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        need(numbers.len() == 3 && numbers.iter().all(number), "it is not three numbers with dots between")
    };
    /// An Airflow configuration option (appendix).
    AIRFLOW_OPTION = "an Airflow option", "section and key in lower case, such as `core.load_examples`, at most 64 characters",
        "^[a-z]+([a-z0-9._]*[a-z0-9_]+)?$", |text| {
            length(text, 1, 64)?;
            only(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_')?;
            need(text.starts_with(|c: char| c.is_ascii_lowercase()), "it does not begin with a letter")?;
            need(!text.ends_with('.'), "it ends with `.`")
        };
    /// The value of an Airflow option (appendix).
    AIRFLOW_VALUE = "the value of an Airflow option", "1 to 65536 printable ASCII characters", "^[ -~]{1,65536}$", |text| {
        length(text, 1, 65536)?;
        only(text, |c| c.is_ascii_graphic() || c == ' ')
    };
    /// When MWAA may maintain an environment (appendix).
    MAINTENANCE_WINDOW = "a maintenance window", "`DAY:HH:MM` in UTC with minutes 00 or 30, such as `SUN:03:30`",
        "^(MON|TUE|WED|THU|FRI|SAT|SUN):([01][0-9]|2[0-3]):(00|30)$", |text| {
            let parts: Vec<&str> = text.split(':').collect();
            let [day, hour, minute] = parts[..] else { return Err("it has not three parts".into()) };
            need(["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"].contains(&day), "days are `MON` to `SUN`")?;
            let digits = hour.len() == 2 && hour.bytes().all(|byte| byte.is_ascii_digit());
            need(digits && hour < "24", "hours are 00 to 23")?;
            need(minute == "00" || minute == "30", "minutes are 00 or 30")
        };
    /// A VPC.
    VPC_ID = "the id of a VPC", "`vpc-` and 8 or 17 hexadecimal digits", "^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", |text| hexadecimal_id(text, "vpc-");
    /// A subnet.
    SUBNET_ID = "the id of a subnet", "`subnet-` and 8 or 17 hexadecimal digits", "^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", |text| hexadecimal_id(text, "subnet-");
    /// A route table.
    ROUTE_TABLE_ID = "the id of a route table", "`rtb-` and 8 or 17 hexadecimal digits", "^rtb-([0-9a-f]{8}|[0-9a-f]{17})$", |text| hexadecimal_id(text, "rtb-");
    /// A machine image.
    IMAGE_ID = "the id of a machine image", "`ami-` and 8 or 17 hexadecimal digits", "^ami-([0-9a-f]{8}|[0-9a-f]{17})$", |text| hexadecimal_id(text, "ami-");
    /// A path in SSM's parameter store.
    PARAMETER = "a parameter's path", "`/` and 1 to 1010 of `a-z A-Z 0-9 _ . - /`", "^/[a-zA-Z0-9_./-]{1,1010}$", |text| {
        need(text.starts_with('/'), "it does not begin with `/`")?;
        length(text, 2, 1011)?;
        made_of(text, "_.-/")
    };
    /// An instance type.
    INSTANCE_TYPE = "an instance type", "family and size, such as `t3.small`", "^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", |text| {
        let Some((family, size)) = text.split_once('.') else { return Err("it has no `.` between family and size".into()) };
        let fine = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        need(fine(family) && fine(size), "family and size are of `a-z 0-9 -`")
    };
    /// A key pair.
    KEY_PAIR = "a key pair's name", "1 to 255 ASCII characters", "^[ -~]{1,255}$", |text| {
        length(text, 1, 255)?;
        only(text, |c| c.is_ascii_graphic() || c == ' ')
    };
    /// The short name of an AWS service with an interface endpoint.
    ENDPOINT = "a service with an interface endpoint", "the part after `com.amazonaws.<region>.`, such as `kinesis-streams` or `ecr.api`",
        "^[a-z][a-z0-9.-]*$", |text| {
            length(text, 1, 60)?;
            only(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-')?;
            need(!text.starts_with("com.amazonaws"), "leave out `com.amazonaws.<region>.`")?;
            begins_with_letter(text)
        };
    /// The ARN of a KMS key.
    KMS_KEY = "the ARN of a KMS key", "`arn:aws:kms:<region>:<account>:key/<id>`", "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", |text| kms_key(text).map(|_| ());
    /// The ARN of a KMS key for MWAA, which knows no multi-Region keys (appendix).
    AIRFLOW_KMS_KEY = "the ARN of a KMS key for Airflow", "`arn:aws:kms:<region>:<account>:key/<UUID>`, no multi-Region key",
        "^arn:aws(-[a-z]+)?:kms:[a-z]{2}-[a-z]+-[0-9]:[0-9]{12}:key/[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$", |text| airflow_key(text);
    /// A KMS key by ARN or alias.
    KMS_KEY_OR_ALIAS = "a KMS key", "an ARN or `alias/<name>`", "^(arn:aws[a-z-]*:kms:.+|alias/[a-zA-Z0-9:/_-]+)$", |text| {
        match text.strip_prefix("alias/") {
            Some(alias) => length(alias, 1, 250).and_then(|()| made_of(alias, ":/_-")),
            None => length(text, 1, 2048).and_then(|()| arn(text, "kms")),
        }
    };
    /// The ARN of a private certificate authority.
    AUTHORITY = "the ARN of a private certificate authority", "`arn:aws:acm-pca:<region>:<account>:certificate-authority/<id>`",
        "^arn:aws[a-z-]*:acm-pca:.+$", |text| arn(text, "acm-pca");
    /// The ARN of a managed policy.
    MANAGED_POLICY = "the ARN of a managed policy", "`arn:aws:iam::<account or aws>:policy/<name>`", "^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[a-zA-Z0-9_+=,.@/-]+$",
        |text| managed_policy(text);
    /// A SHA-256 digest.
    SHA256 = "a SHA-256 digest", "64 hexadecimal digits", "^[0-9a-fA-F]{64}$", |text| {
        length(text, 64, 64)?;
        only(text, |c| c.is_ascii_hexdigit())
    };
    /// An address to download from; may contain `{version}`.
    URL_TEMPLATE = "a download address", "`https://…`, without spaces or quotes; `{version}` stands for the version", "^https?://[^ '\"\\\\$`]+$", |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        need(rest.is_some_and(|rest| !rest.is_empty()), "it does not begin with `https://`")?;
        only(text, |c| c.is_ascii_graphic() && !"'\"\\$`".contains(c))
    };
    /// A version number that becomes part of addresses and paths.
    VERSION = "a version", "1 to 32 of `a-z A-Z 0-9 . -`", "^[a-zA-Z0-9.-]{1,32}$", |text| {
        length(text, 1, 32)?;
        made_of(text, ".-")
    };
    /// A package of Amazon Linux.
    PACKAGE = "a package name", "1 to 128 of `a-z A-Z 0-9 . _ + -`", "^[a-zA-Z0-9._+-]{1,128}$", |text| {
        length(text, 1, 128)?;
        made_of(text, "._+-")
    };
    /// A size of memory as Java takes it.
    HEAP = "a size of memory", "a number with `m` or `g`, such as `512m`", "^[0-9]+[mg]$", |text| {
        let number = text.strip_suffix(['m', 'g']).unwrap_or_default();
        need(!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()), "it is not a number with `m` or `g`")
    };
    /// A property of a Java component: key of `key=value`.
    PROPERTY = "a property", "1 to 256 of `a-z A-Z 0-9 . _ -`", "^[a-zA-Z0-9._-]{1,256}$", |text| {
        length(text, 1, 256)?;
        made_of(text, "._-")
    };
    /// The value of a property: one line.
    PROPERTY_VALUE = "the value of a property", "one line", "^[^\\r\\n]*$",
        |text| need(!text.contains(['\n', '\r', '\0']), "it has more than one line");
    /// A path below the folder of the manifest.
    LOCAL_PATH = "a path", "relative to the manifest's folder", "^.+$", |text| {
        need(!text.is_empty(), "it is empty")?;
        only(text, |c| !c.is_control())
    };
    /// A schema in Glue's registry.
    SCHEMA = "the ARN of a schema", "`arn:aws:glue:<region>:<account>:schema/<registry>/<name>`", "^arn:aws[a-z-]*:glue:.+:schema/.+$", |text| arn(text, "glue");
    /// What an object's key is made of (AWS.md §3.4).
    KEY_TEMPLATE = "a key template", "literals and variables such as `!{yyyy}`, with exactly one of `!{sequence-number}` and `!{kafka-offset}`, in the last part",
        "^[a-zA-Z0-9/_\\-.+=!{}]+$", |text| key_template(text);
}

/// The sizes of m5 and m7g brokers.
const SIZES: [&str; 7] = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];

fn bucket(text: &str) -> Verdict {
    length(text, 3, 63)?;
    only(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-')?;
    let edge = |c: char| c.is_ascii_alphanumeric();
    need(text.starts_with(edge) && text.ends_with(edge), "it begins or ends with `.` or `-`")?;
    for pair in ["..", ".-", "-."] {
        need(!text.contains(pair), &format!("it contains `{pair}`"))?;
    }
    need(text.parse::<std::net::Ipv4Addr>().is_err(), "it is an IP address")?;
    for prefix in ["xn--", "sthree-", "amzn-s3-demo-"] {
        need(!text.starts_with(prefix), &format!("AWS reserves names that begin with `{prefix}`"))?;
    }
    for suffix in ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"] {
        need(!text.ends_with(suffix), &format!("AWS reserves names that end with `{suffix}`"))?;
    }
    Ok(())
}

fn managed_policy(text: &str) -> Verdict {
    length(text, 1, 2048)?;
    arn(text, "iam")?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, _, region, account, policy] = parts[..] else { return Err("it has not the parts of an ARN".into()) };
    need(region.is_empty(), "it names a region, of which IAM has none")?;
    need(account == "aws" || (ACCOUNT.test)(account).is_ok(), "its owner is neither `aws` nor an account")?;
    let name = policy.strip_prefix("policy/").unwrap_or_default();
    need(!name.is_empty(), "it names no policy, which would be `:policy/<name>`")?;
    made_of(name, "_+=,.@-/")
}

/// The id of the key that an ARN names.
fn kms_key(text: &str) -> Result<&str, String> {
    arn(text, "kms")?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, _, region, account, key] = parts[..] else { return Err("it has not the parts of an ARN".into()) };
    need((REGION.test)(region).is_ok(), "its region does not look like `us-east-1`")?;
    need((ACCOUNT.test)(account).is_ok(), "its account has not 12 digits")?;
    let id = key.strip_prefix("key/").filter(|id| !id.is_empty());
    id.ok_or_else(|| "it names no key, which would be `:key/<id>`".into())
}

fn airflow_key(text: &str) -> Verdict {
    let id = kms_key(text)?;
    let region: Vec<&str> = text.split(':').nth(3).unwrap_or_default().split('-').collect();
    let known = matches!(region[..], [area, _, number] if area.len() == 2 && number.len() == 1);
    need(known, "its region does not look like `us-east-1`")?;
    need(!id.starts_with("mrk-"), "it is a multi-Region key")?;
    let digits = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    need(lengths == [8, 4, 4, 4, 12] && parts.into_iter().all(digits), "its id is no UUID")
}

fn route_path(text: &str) -> Verdict {
    let Some(rest) = text.strip_prefix('/') else { return Err("it does not begin with `/`".into()) };
    if rest.is_empty() {
        return Ok(());
    }
    let parts: Vec<&str> = rest.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        need(!part.is_empty(), "it has an empty part: `//` or a `/` at the end")?;
        let parameter = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match parameter {
            Some(name) => {
                let greedy = name.strip_suffix('+');
                need(
                    greedy.is_none() || index + 1 == parts.len(),
                    &format!("`{part}` takes all that follows, so it must be last"),
                )?;
                let name = greedy.unwrap_or(name);
                need(!name.is_empty(), "a parameter has no name")?;
                made_of(name, "_.-")?;
            }
            None if part.contains(['{', '}']) => return Err(format!("`{part}`: a parameter must be the whole part")),
            None => made_of(part, "_-.,:")?,
        }
    }
    Ok(())
}

fn key_template(text: &str) -> Verdict {
    need(text.len() <= 1024, "it has more than 1024 characters")?;
    need(
        !text.is_empty() && !text.ends_with('/') && !text.contains(".."),
        "it is empty, ends with `/`, or contains `..`",
    )?;
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once("!{") {
        made_of(literal, "/_-.+=")?;
        let Some((variable, after)) = after.split_once('}') else { return Err("a `!{` is never closed".into()) };
        need(KEY_VARIABLES.contains(&variable), &format!("there is no variable `!{{{variable}}}`"))?;
        rest = after;
    }
    made_of(rest, "/_-.+=")?;
    let count = |variable: &str| text.matches(variable).count();
    let (sequence, offset) = (count("!{sequence-number}"), count("!{kafka-offset}"));
    need(sequence + offset == 1, "it needs exactly one of `!{sequence-number}` and `!{kafka-offset}`")?;
    let last = text.rsplit('/').next().unwrap_or_default();
    need(
        last.contains("!{sequence-number}") || last.contains("!{kafka-offset}"),
        "`!{sequence-number}` or `!{kafka-offset}` must stand in the last part",
    )?;
    need(offset == 0 || count("!{partition-id}") > 0, "`!{kafka-offset}` needs `!{partition-id}`, too")
}

const KEY_VARIABLES: [&str; 11] = [
    "channel-id",
    "topic-name",
    "partition-id",
    "kafka-offset",
    "sequence-number",
    "yyyy",
    "YY",
    "MM",
    "dd",
    "HH",
    "mm",
];
