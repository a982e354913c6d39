"""Rows that nobody changes: kept by the database itself, whoever writes."""

import pgtrigger


class NeverChanged(pgtrigger.Trigger):
    """Refuses to change or delete a row."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    level = pgtrigger.Row

    def get_func(self, model) -> str:
        return (
            "RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME"
            " USING ERRCODE = 'check_violation';"
        )


class PublishedIsFrozen(pgtrigger.Trigger):
    """Refuses to change or delete a version once it was published."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    level = pgtrigger.Row

    def get_func(self, model) -> str:
        return (
            "IF OLD.published_at IS NOT NULL THEN"
            " RAISE EXCEPTION 'version % was published and is frozen', OLD.number"
            " USING ERRCODE = 'check_violation'; END IF;"
            " RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;"
        )


class VersionIsOpen(pgtrigger.Trigger):
    """Refuses rows to come, go or change in a version that was published.

    The version is locked meanwhile: nobody publishes it between the look and the write.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    level = pgtrigger.Row

    def get_func(self, model) -> str:
        return (
            "IF EXISTS (SELECT FROM (SELECT published_at FROM public.planning_programmeversion"
            " WHERE id IN"
            " (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,"
            " CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END)"
            " ORDER BY id FOR SHARE) v WHERE v.published_at IS NOT NULL) THEN"
            " RAISE EXCEPTION 'the version was published and is frozen'"
            " USING ERRCODE = 'check_violation'; END IF;"
            " RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;"
        )
