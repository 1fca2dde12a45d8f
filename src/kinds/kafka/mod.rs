//! MSK.

/// Makes an enum of ours and the SDK's of the same variants convertible into each other.
macro_rules! twins {
    ($ours:ident, $theirs:path: $($name:ident),+) => {
        impl From<$ours> for $theirs {
            fn from(value: $ours) -> Self {
                use $theirs as Theirs;
                match value { $($ours::$name => Theirs::$name,)+ }
            }
        }

        impl $ours {
            /// The value that AWS reports; an error when it is one that this program does not know.
            pub(in crate::kinds::kafka) fn reported(value: &$theirs) -> crate::aws::Result<Self> {
                use $theirs as Theirs;
                match value {
                    $(Theirs::$name => Ok(Self::$name),)+
                    other => Err(crate::aws::Error::internal(format!("AWS reports {other}, which is new to this program"))),
                }
            }
        }
    };
}

pub mod channel;
pub mod cluster;
pub mod configuration;
pub mod topic;

/// AWS's reason for a failure, from its code and message.
fn reason(code: Option<&str>, message: Option<&str>) -> String {
    let parts: Vec<&str> = [code, message].into_iter().flatten().collect();
    if parts.is_empty() { "AWS gives no reason".into() } else { parts.join(": ") }
}
