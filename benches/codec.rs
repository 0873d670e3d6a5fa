//! Speed of the codecs. `make bench` prints ratios against the peers named in docs/PERFORMANCE.md.
fn main() {
    divan::main();
}
