//! YAML text to spanned, typed sections, and their lowering into wanted resources.
