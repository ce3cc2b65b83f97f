//! Has a new file of SQL built in: Cargo watches the files that are embedded, not their directories.

fn main() {
    for embedded in ["migrations", "sql"] {
        println!("cargo::rerun-if-changed={embedded}");
    }
}
