//! The macros that declare sections and enumerations: one declaration makes the struct, its decoding
//! and its [`super::layout::Layout`].

/// Declares a section: a struct whose fields are the keys of a map. After a field's type may follow
/// `= "default"`, the value of a key left out as one would write it, and `where` a
/// `Constraint`. A field without default is required unless it is an `Option`.
macro_rules! section {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])+
                $field:ident: $type:ty $(= $default:literal)? $(where $constraint:expr)?,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name {
            /// Where the section is named.
            pub span: $crate::manifest::source::Span,
            $( $(#[doc = $field_doc])+ pub $field: $type, )*
        }

        impl $name {
            /// What may be written here.
            pub const LAYOUT: $crate::manifest::layout::Layout = $crate::manifest::layout::Layout {
                name: stringify!($name),
                doc: concat!($($doc, "\n"),+),
                fields: &[ $( $crate::manifest::layout::Field {
                    name: stringify!($field),
                    doc: concat!($($field_doc, "\n"),+),
                    shape: <$type as $crate::manifest::decode::Decode>::shape,
                    default: $crate::manifest::section::section!(@default $($default)?),
                    constraint: $crate::manifest::section::section!(@constraint $($constraint)?),
                } ),* ],
            };
        }

        impl $crate::manifest::decode::Decode for $name {
            fn shape() -> $crate::manifest::layout::Shape {
                $crate::manifest::layout::Shape::Section(&Self::LAYOUT)
            }

            fn decode(
                node: &$crate::manifest::yaml::Node,
                cx: &mut $crate::manifest::decode::Decoder<'_>,
            ) -> Option<Self> {
                let fine = cx.known_keys(node, &Self::LAYOUT);
                let mut fields = Self::LAYOUT.fields.iter();
                $( let $field = fields.next().and_then(|field| cx.field::<$type>(node, field)); )*
                fine.then_some(())?;
                Some(Self { span: node.owner, $( $field: $field?, )* })
            }
        }
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    (@constraint) => { None };
    (@constraint $constraint:expr) => { Some($constraint) };
}
pub(crate) use section;

/// Declares an enumeration of words.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:literal])+
                $variant:ident = $word:literal,
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[doc = $variant_doc])+ $variant, )+
        }

        impl $name {
            /// The words, each with what it means.
            pub const WORDS: &'static [(&'static str, &'static str)] =
                &[ $( ($word, concat!($($variant_doc, "\n"),+)) ),+ ];

            /// The word as written in the manifest.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl $crate::manifest::decode::Decode for $name {
            fn shape() -> $crate::manifest::layout::Shape {
                $crate::manifest::layout::Shape::Choice(Self::WORDS)
            }

            fn decode(
                node: &$crate::manifest::yaml::Node,
                cx: &mut $crate::manifest::decode::Decoder<'_>,
            ) -> Option<Self> {
                match node.text() {
                    $( Some($word) => Some(Self::$variant), )+
                    _ => $crate::manifest::decode::no_choice(node, Self::WORDS, cx),
                }
            }
        }
    };
}
pub(crate) use choice;
