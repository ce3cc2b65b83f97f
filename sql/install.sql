-- Everything that is applied again at every deploy, in order; also the table of contents of the SQL interface.
-- By hand: cd sql && psql -1 -v ON_ERROR_STOP=1 -f install.sql

-- The ledger: INSERT emits, UPDATE of status requeues or cancels
\i objects/pipeline/worker_lock_class.sql
\i objects/pipeline/event_notification.sql
\i objects/pipeline/summary_notification.sql
\i objects/pipeline/relay.sql
\i objects/pipeline/relay_leftovers.sql
\i objects/pipeline/record_of.sql
\i objects/pipeline/fan_out.sql
\i objects/pipeline/route_events.sql
\i objects/pipeline/follow_status.sql
\i objects/pipeline/follow_deadline.sql
\i objects/pipeline/cancel_scheduled.sql
\i objects/pipeline/move_scheduled.sql
\i objects/pipeline/keep_identity.sql
\i objects/pipeline/keep_sound.sql

-- Stages: rows that an operator edits
\i objects/pipeline/adopt_unrouted.sql
\i objects/pipeline/follow_stage.sql
\i objects/pipeline/date_stage_pause.sql
\i objects/pipeline/pause_stage.sql
\i objects/pipeline/follow_webhook.sql

-- Limits: rates and concurrencies over all daemons
\i objects/pipeline/unpark.sql
\i objects/pipeline/limit_key.sql
\i objects/pipeline/next_permit_at.sql
\i objects/pipeline/permits.sql
\i objects/pipeline/take_alone.sql
\i objects/pipeline/take_again.sql
\i objects/pipeline/oldest_writer.sql
\i objects/pipeline/take.sql
\i objects/pipeline/take_pressing.sql
\i objects/pipeline/spend.sql
\i objects/pipeline/admit_keys.sql
\i objects/pipeline/has_due_keys.sql
\i objects/pipeline/admit_parked.sql
\i objects/pipeline/admit.sql
\i objects/pipeline/return_permits.sql
\i objects/pipeline/release_limits.sql
\i objects/pipeline/follow_limit.sql

-- Schedules: events by the clock
\i objects/pipeline/check_schedule.sql
\i objects/pipeline/follow_schedule.sql
\i objects/pipeline/fire_schedule.sql

-- What a daemon does: claim, finish, keep alive
\i objects/pipeline/hold_alone.sql
\i objects/pipeline/begin_alone.sql
\i objects/pipeline/set_aside_locked.sql
\i objects/pipeline/plan_afresh.sql
\i objects/pipeline/begin_batch.sql
\i objects/pipeline/claim_in_database.sql
\i objects/pipeline/run_sql_batch.sql
\i objects/pipeline/claim_outside.sql
\i objects/pipeline/give_back.sql
\i objects/pipeline/lost_claims.sql
\i objects/pipeline/release_claims.sql
\i objects/pipeline/finish_events.sql
\i objects/pipeline/move_due.sql
\i objects/pipeline/keep_quiet.sql
\i objects/pipeline/end_quiet.sql
\i objects/pipeline/register_worker.sql
\i objects/pipeline/unregister_worker.sql
\i objects/pipeline/next_due_at.sql
\i objects/pipeline/nap.sql
\i objects/pipeline/fate_of.sql
\i objects/pipeline/parked_heads.sql
\i objects/pipeline/suspect.sql
\i objects/pipeline/begin_work.sql
\i objects/pipeline/blame.sql
\i objects/pipeline/after_crash.sql
\i objects/pipeline/reclaim.sql
\i objects/pipeline/heartbeat.sql
\i objects/pipeline/ledger_partitions.sql
\i objects/pipeline/ensure_partitions.sql
\i objects/pipeline/has_unfinished.sql
\i objects/pipeline/drop_old_partitions.sql
\i objects/pipeline/alert_findings.sql
\i objects/pipeline/raise_alerts.sql
\i objects/pipeline/report_alert.sql
\i objects/pipeline/leave_deleted_stages.sql
\i objects/pipeline/adopt_all_unrouted.sql
\i objects/pipeline/forget_unrouted.sql
\i objects/pipeline/reclaim_orphans.sql
\i objects/pipeline/release_parked.sql
\i objects/pipeline/forget_full_buckets.sql
\i objects/pipeline/forget_other_clock.sql
\i objects/pipeline/forget_dedupe_keys.sql
\i objects/pipeline/add_up_endings.sql
\i objects/pipeline/is_crowded.sql
\i objects/pipeline/count_depths.sql
\i objects/pipeline/maintain.sql

-- Any table as a source, any program as an emitter
\i objects/pipeline/refuse_events.sql
\i objects/pipeline/emit_batch.sql
\i objects/pipeline/emit.sql
\i objects/pipeline/publication_select.sql
\i objects/pipeline/publication_body.sql
\i objects/pipeline/publication_triggers.sql
\i objects/pipeline/lend_to_owner.sql
\i objects/pipeline/install_publication.sql
\i objects/pipeline/remove_publication_triggers.sql
\i objects/pipeline/sync_publications.sql
\i objects/pipeline/refuse_as_source.sql
\i objects/pipeline/refuse_arguments.sql
\i objects/pipeline/keep_publication.sql
\i objects/pipeline/try_publication.sql
\i objects/pipeline/broken_publications.sql
\i objects/pipeline/check_publications.sql
\i objects/pipeline/refuse_keys.sql
\i objects/pipeline/publish.sql
\i objects/pipeline/unpublish.sql
\i objects/pipeline/backfill.sql

-- Reporting and settling from other programs
\i objects/marketing/mark_event_processed.sql
\i objects/marketing/mark_event_failed.sql
\i objects/marketing/log_pipeline_error.sql
\i objects/marketing/resolve_pipeline_error.sql

-- Rows become events
\i objects/marketing/notify_pipeline_event.sql
\i objects/marketing/renamed_event_triggers.sql
\i objects/intake/judge_again.sql
\i objects/intake/trigger_company_intake_event.sql
\i objects/intake/trigger_company_validation_event.sql
\i objects/intake/trigger_company_correction_event.sql
\i objects/intake/trigger_company_acceptance_event.sql
\i objects/marketing/withdraw_companies.sql
\i objects/marketing/trigger_company_promotion_event.sql
\i objects/marketing/trigger_slot_creation_event.sql
\i objects/marketing/trigger_enrichment_planned_event.sql
\i objects/marketing/trigger_enrichment_started_event.sql
\i objects/marketing/trigger_enrichment_event.sql
\i objects/marketing/trigger_contact_edit_event.sql
\i objects/marketing/trigger_email_verification_event.sql
\i objects/marketing/trigger_alert_event.sql

-- Outreach stages in SQL
\i objects/marketing/payload_id.sql
\i objects/marketing/promote_companies.sql
\i objects/marketing/create_slots.sql
\i objects/marketing/plan_enrichment.sql
\i objects/marketing/fill_slots.sql

-- Live events: rows that are complete and in one form
\i objects/public/phone_of.sql
\i objects/public/read_phone.sql
\i objects/public/touch.sql
\i objects/public/keep_numbers.sql
\i objects/public/complete_contractor.sql
\i objects/public/is_profile_complete.sql
\i objects/public/follow_contractor.sql
\i objects/public/complete_event.sql
\i objects/public/complete_attendee.sql
\i objects/public/complete_agenda_item.sql
\i objects/public/keep_agenda_removals.sql
\i objects/public/complete_agenda_rule.sql
\i objects/public/set_agenda_rule.sql
\i objects/public/cancel_item_messages.sql
\i objects/public/follow_event.sql

-- Live events: what the rules make of an agenda
\i objects/public/shift_in_zone.sql
\i objects/public/list_of_areas.sql
\i objects/public/agenda_days.sql
\i objects/public/agenda_moments.sql
\i objects/public/agenda_details.sql
\i objects/public/agenda_deadline.sql
\i objects/public/agenda_plan.sql
\i objects/public/agenda_texts.sql
\i objects/public/agenda_reason.sql
\i objects/public/cancel_timers.sql
\i objects/public/agenda_sync_timers.sql
\i objects/public/agenda_digests.sql
\i objects/public/keep_agenda_plan.sql
\i objects/public/agenda_sync_texts.sql
\i objects/public/agenda_sync.sql
\i objects/public/agenda_sync_changes.sql
\i objects/public/agenda_sync_stage.sql
\i objects/public/note_changed_event.sql

-- Live events: from files
\i objects/public/without_blanks.sql
\i objects/public/import_event.sql
\i objects/public/attendee_lines.sql
\i objects/public/import_attendees.sql

-- Live events: an agenda laid out from its speakers
\i objects/public/distance.sql
\i objects/public/next_slot.sql
\i objects/public/lunch_gap.sql
\i objects/public/is_on_agenda_by_hand.sql
\i objects/public/agenda_fixed.sql
\i objects/public/agenda_running_order.sql
\i objects/public/agenda_layout.sql
\i objects/public/agenda_generate.sql
\i objects/public/agenda_generate_stage.sql
\i objects/public/agenda_delay.sql

-- Live events: changes are events
\i objects/public/note_agenda_change.sql
\i objects/public/trigger_event_change_event.sql
\i objects/public/trigger_event_day_event.sql
\i objects/public/trigger_agenda_item_event.sql
\i objects/public/trigger_session_speaker_event.sql
\i objects/public/trigger_sponsor_event.sql
\i objects/public/trigger_speaker_text_event.sql
\i objects/public/trigger_speaker_event.sql
\i objects/public/trigger_attendee_event.sql
\i objects/public/trigger_contractor_event.sql
\i objects/public/trigger_agenda_rule_event.sql
\i objects/public/trigger_number_wish_event.sql

-- Texts: rows of event_messages are the queue
\i objects/public/phone_of_row.sql
\i objects/public/complete_message.sql
\i objects/public/message_event_type.sql
\i objects/public/cancel_message_events.sql
\i objects/public/move_message_events.sql
\i objects/public/note_sending_plan.sql
\i objects/public/trigger_message_scheduled_event.sql
\i objects/public/trigger_message_changed_event.sql
\i objects/public/trigger_message_deleted_event.sql
\i objects/public/close_abandoned_texts.sql
\i objects/public/trigger_text_abandoned_event.sql
\i objects/public/trigger_text_cancelled_event.sql
\i objects/public/paced_period.sql
\i objects/public/follow_sending_account.sql
\i objects/public/follow_event_messaging.sql
\i objects/public/begin_text_call.sql
\i objects/public/note_text_answers.sql
\i objects/public/resolve_message.sql
\i objects/public/block_number.sql
\i objects/public/record_consent.sql
\i objects/public/keep_row_consents.sql
\i objects/public/set_sms_consent.sql
\i objects/public/record_delivery.sql
\i objects/public/check_template.sql

-- Texts: what people call
\i objects/public/moment_of.sql
\i objects/public/schedule_event_messages.sql
\i objects/public/cancel_event_message.sql
\i objects/public/reschedule_event_message.sql
\i objects/public/retry_message.sql
\i objects/public/clear_event_messages.sql
\i objects/public/clear_contractor_messages.sql
\i objects/public/delay_event_messages.sql
\i objects/public/schedule_all_event_messages.sql
\i objects/public/schedule_messages_for_contractor.sql
\i objects/public/get_queue_stats.sql
\i objects/public/get_upcoming_messages.sql
\i objects/public/sending_forecast.sql
\i objects/public/watch_sending.sql
\i objects/public/vw_uncertain_messages.sql
\i objects/public/vw_conversation.sql
\i objects/public/vw_sending_accounts.sql

-- Peers: who is introduced to whom
\i objects/public/introduction_moment.sql
\i objects/public/introduction_slots.sql
\i objects/public/peer_weights_of.sql
\i objects/public/complete_peer_matching_run.sql
\i objects/public/trigger_peer_matching_run_event.sql
\i objects/public/order_peer_matching_stage.sql
\i objects/public/introductions_show.sql
\i objects/public/answers_wanted.sql
\i objects/public/await_answers.sql
\i objects/public/follow_peer_match.sql
\i objects/public/note_introductions_sent.sql
\i objects/public/note_peer_change.sql
\i objects/public/word_introduction.sql
\i objects/public/set_peer_match_status.sql
\i objects/public/roundtable_moment.sql
\i objects/public/peer_group_data.sql
\i objects/public/invite_peer_groups.sql
\i objects/public/follow_peer_group.sql
\i objects/public/note_groups_sent.sql
\i objects/public/set_peer_group_status.sql
\i objects/public/approve_peer_matches.sql
\i objects/public/generate_peer_matches.sql
\i objects/public/peer_matching_answer.sql
\i objects/public/peer_matches_answer.sql
\i objects/public/finds_peers_on_check_in.sql
\i objects/public/find_peers_on_check_in.sql
\i objects/public/release_peer_matches.sql
\i objects/public/follow_attendance.sql
\i objects/public/move_introductions.sql
\i objects/public/move_roundtables.sql
\i objects/public/vw_peer_match_outcomes.sql
\i objects/public/learn_peer_weights.sql
\i objects/public/pin_peer_weights.sql
\i objects/public/trigger_peer_learning_event.sql
\i objects/public/order_peer_learning_stage.sql
\i objects/public/vw_peer_weights.sql
\i objects/public/vw_peer_groups.sql
\i objects/public/vw_peer_match_metrics.sql
\i objects/public/vw_peer_match_by_criterion.sql
\i objects/public/vw_peer_match_by_industry.sql
\i objects/public/vw_peer_match_by_time.sql
\i objects/public/vw_peer_match_by_wording.sql
\i objects/public/vw_peer_match_impact.sql

-- What a chat model is asked, and what it costs
\i objects/public/begin_chat_requests.sql
\i objects/public/end_chat_requests.sql
\i objects/public/vw_chat_costs.sql

-- Received texts: rows of inbound_messages are events
\i objects/public/number_hash.sql
\i objects/public/lift_suppression.sql
\i objects/public/recall_suppression.sql
\i objects/public/phone_of_contact.sql
\i objects/public/same_text.sql
\i objects/public/complete_inbound_message.sql
\i objects/public/trigger_inbound_message_event.sql
\i objects/public/trigger_inbound_contact_event.sql
\i objects/public/note_writer.sql
\i objects/public/receive_text.sql
\i objects/public/store_listed_texts.sql
\i objects/public/watch_received_texts.sql
\i objects/public/texts_to_number.sql
\i objects/public/opt_out.sql
\i objects/public/look_again_at_texts.sql
\i objects/public/reply_to_text.sql
\i objects/public/obey_wish.sql
\i objects/public/settle_inbound_message.sql
\i objects/public/guard_override.sql
\i objects/public/note_delivery.sql
\i objects/public/note_consent_change.sql

-- Answers: rows of sms_routing_decisions are events
\i objects/public/trigger_routing_decision_event.sql
\i objects/public/answered_questions.sql
\i objects/public/finish_routing.sql
\i objects/public/complete_pcr_score.sql
\i objects/public/follow_pcr_scores.sql
\i objects/public/record_rating.sql
\i objects/public/record_meeting.sql
\i objects/public/answer_attendance.sql
\i objects/public/answer_rating.sql
\i objects/public/sessions_on.sql
\i objects/public/place_notes.sql
\i objects/public/ask_which_session.sql
\i objects/public/answer_session.sql
\i objects/public/answer_choice.sql
\i objects/public/complete_admin_user.sql
\i objects/public/obey_delay.sql
\i objects/public/obey_msg.sql
\i objects/public/obey_status.sql
\i objects/public/obey_check_in.sql
\i objects/public/obey_cancel.sql
\i objects/public/obey_order.sql
\i objects/public/obey_operator.sql
\i objects/public/peer_of_match.sql
\i objects/public/exchange_contacts.sql
\i objects/public/next_free_break.sql
\i objects/public/put_off_introduction.sql
\i objects/public/remind_peers.sql
\i objects/public/answer_introduction.sql

-- Action items and the record of their changes
\i objects/public/complete_action_item.sql
\i objects/public/say_who_changes.sql
\i objects/public/action_item_hash.sql
\i objects/public/action_item_digest.sql
\i objects/public/record_action_item_change.sql
\i objects/public/protect_action_item_updates.sql
\i objects/public/check_action_item_updates.sql

-- Follow-ups schedule themselves
\i objects/public/zone_of.sql
\i objects/public/local_hour_after.sql
\i objects/public/as_literal_text.sql
\i objects/public/check_in_days.sql
\i objects/public/followup_time.sql
\i objects/public/plan_followup.sql
\i objects/public/follow_action_item.sql
\i objects/public/complete_followup.sql
\i objects/public/foresee_followups.sql
\i objects/public/trigger_followup_event.sql
\i objects/public/next_followup.sql
\i objects/public/followup_words.sql
\i objects/public/run_followups.sql
\i objects/public/follow_sent_followups.sql
\i objects/public/percent_encoded.sql
\i objects/public/draft_introduction.sql
\i objects/public/apply_progress.sql

-- What somebody brings home from an event
\i objects/public/summary_sessions.sql
\i objects/public/summary_people.sql
\i objects/public/summary_to_do.sql
\i objects/public/summary_text.sql
\i objects/public/summary_words.sql
\i objects/public/event_summary.sql
\i objects/public/draft_summary.sql
\i objects/public/answer_summary.sql
\i objects/public/send_recaps.sql

-- Peers are asked whether they met
\i objects/public/peers_to_ask.sql
\i objects/public/ask_peers.sql
\i objects/public/keep_schedule.sql
\i objects/public/follow_followup_settings.sql

-- Partners who were not there
\i objects/public/plain_company.sql
\i objects/public/partners_absent.sql
\i objects/public/partners_to_recommend.sql
\i objects/public/follow_partner.sql
\i objects/public/follow_partner_recommendation.sql
\i objects/public/recommend_partners.sql
\i objects/public/follow_partner_settings.sql
\i objects/public/note_chat_model.sql

-- A person's data
\i objects/public/redact.sql
\i objects/public/json_words.sql
\i objects/public/redact_json.sql
\i objects/public/redact_table.sql
\i objects/public/literal_pattern.sql
\i objects/public/is_number_of_others.sql
\i objects/public/is_address_of_others.sql
\i objects/public/contractor_pattern.sql
\i objects/public/contractor_marks.sql
\i objects/public/export_contractor.sql
\i objects/public/erase_summaries.sql
\i objects/public/erase_words.sql
\i objects/public/erase_contractor.sql
\i objects/marketing/keep_erased.sql
\i objects/marketing/is_another_person.sql
\i objects/marketing/names_of_addresses.sql
\i objects/marketing/addresses_of_person.sql
\i objects/marketing/rows_of_person.sql
\i objects/marketing/export_person.sql
\i objects/marketing/erase_person.sql

-- Views: results
\i objects/marketing/vw_outreach_ready.sql
\i objects/marketing/vw_company_progress.sql
\i objects/marketing/vw_batch_report.sql
\i objects/public/vw_unanswered_messages.sql
\i objects/public/vw_action_items.sql
\i objects/public/vw_summaries_to_email.sql

-- Views: what is wrong, what waits, how fast
\i objects/marketing/vw_open_alerts.sql
\i objects/marketing/vw_schedules.sql
\i objects/marketing/vw_unresolved_errors.sql
\i objects/marketing/vw_error_rate_24h.sql
\i objects/marketing/vw_queue_depth.sql
\i objects/marketing/vw_limits.sql
\i objects/marketing/vw_event_latency.sql
\i objects/marketing/vw_stuck_events.sql
\i objects/marketing/vw_unrouted_events.sql
\i objects/marketing/vw_throughput.sql
\i objects/marketing/vw_webhooks.sql

-- Who may do what
\i objects/pipeline/grants.sql
\i objects/public/agenda_grants.sql
\i objects/public/message_grants.sql
\i objects/public/answer_grants.sql
\i objects/public/peer_grants.sql
