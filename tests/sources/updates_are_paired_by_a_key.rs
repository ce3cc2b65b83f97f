//! Old and new versions of a row are paired by what tells it apart, or not at all.

use crate::support::daemon::Rig;

const PRICES: &str = "create table public.prices (shop integer, item integer, price integer);
    insert into public.prices values (1, 1, 10), (1, 2, 10), (1, 3, 10)";

/// Publishes updates of the price under this key; what the server says when it refuses.
async fn publish(rig: &Rig, key: &str) -> Result<(), (String, String)> {
    let sql = format!(
        "select pipeline.publish('public.prices', 'price_changed', '{{update}}', '{{price}}', key_columns => '{{{key}}}')"
    );
    let published = rig.client.batch_execute(&sql).await;
    published.map_err(|error| {
        let error = error.as_db_error().expect("the server's");
        let hint = error.hint().unwrap_or_default();
        (error.message().to_owned(), hint.to_owned())
    })
}

#[tokio::test]
async fn columns_that_two_rows_may_share_are_no_key() {
    let rig = Rig::bare().await;
    rig.run(PRICES).await;
    let (said, _) = publish(&rig, "shop,item").await.expect_err("may be null");
    assert!(said.contains("shop, item may be"), "{said}");
    rig.run(
        "alter table public.prices alter column shop set not null, alter column item set not null",
    )
    .await;
    let (said, hint) = publish(&rig, "shop").await.expect_err("not unique");
    assert!(
        said.contains("nothing says that (shop) is unique"),
        "{said}"
    );
    assert!(
        hint.contains("ALTER TABLE public.prices ADD UNIQUE (shop)"),
        "{hint}"
    );
    // Of some rows only, or of an expression, says nothing of all rows.
    rig.run(
        "create unique index on public.prices (shop, item) where price > 5;
        create unique index on public.prices (shop, (item + 1))",
    )
    .await;
    publish(&rig, "shop,item")
        .await
        .expect_err("a partial index");
    rig.run("create unique index on public.prices (shop, item) include (price)")
        .await;
    publish(&rig, "shop").await.expect_err("half a key");
    publish(&rig, "shop,item").await.expect("a key");
    rig.run("update public.prices set price = 11 where item = 2; update public.prices set price = price")
        .await;
    let events = "select count(*) from marketing.pipeline_events";
    assert_eq!(rig.number(events).await, 1);
}

#[tokio::test]
async fn more_columns_than_a_key_are_a_key() {
    let rig = Rig::bare().await;
    rig.run(PRICES).await;
    rig.run("alter table public.prices add primary key (item), alter column shop set not null")
        .await;
    publish(&rig, "shop,item").await.expect("a key and more");
}

#[tokio::test]
async fn whoever_cannot_write_after_a_column_was_renamed_is_told_what_to_call() {
    let rig = Rig::bare().await;
    rig.run(PRICES).await;
    rig.run(
        "select pipeline.publish('public.prices', 'priced', payload_columns => '{item,price}');
        alter table public.prices rename price to cents",
    )
    .await;
    let insert = "insert into public.prices values (2, 1, 10)";
    let error = rig
        .client
        .batch_execute(insert)
        .await
        .expect_err("a refusal");
    let statement = match error.as_db_error().expect("the server's").position() {
        Some(tokio_postgres::error::ErrorPosition::Internal { query, .. }) => query.clone(),
        other => panic!("{other:?}"),
    };
    for part in [
        "a publication of public.prices",
        "SELECT pipeline.publish('public.prices', 'priced', trigger_name => 'trigger_priced_event'",
        "SELECT pipeline.unpublish('public.prices', 'priced')",
    ] {
        assert!(statement.contains(part), "{statement}");
    }
    rig.run(
        "select pipeline.publish('public.prices', 'priced', payload_columns => '{item,cents}')",
    )
    .await;
    rig.run(insert).await;
}
