//! The self-test that ships with the program passes, and leaves nothing behind.

use aloud::cli::{
    Dirs,
    demo::{DemoArgs, demo},
};

#[test]
fn the_self_test_passes() {
    let dir = tempfile::tempdir().expect("a folder");
    let dirs = Dirs::under(dir.path());
    demo(DemoArgs { check: true }, &dirs).expect("every step is ok");
    let left = std::fs::read_dir(&dirs.cache).expect("the cache folder").count();
    assert_eq!(left, 0, "files were left");
}
