IF TG_OP = 'INSERT' THEN
    IF NEW.state <> '$initial' AND NEW.source = '' THEN
        RAISE EXCEPTION 'an appeal begins as $initial, not as %', NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_workflow';
    END IF;
    RETURN NEW;
END IF;
IF NEW.state <> OLD.state THEN
    IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[$allowed]) THEN
        RAISE EXCEPTION 'an appeal does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_workflow';
    END IF;
    IF OLD.state = '$mediation' AND NEW.state <> OLD.state_before THEN
        RAISE EXCEPTION 'mediation leads back to %, not to %', OLD.state_before, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_workflow';
    END IF;
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a change of state is a new version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_workflow';
    END IF;
END IF;
IF NEW.number <> OLD.number OR NEW.year <> OLD.year OR NEW.serial <> OLD.serial
    OR NEW.received_at <> OLD.received_at OR NEW.registered_at <> OLD.registered_at
    OR NEW.source <> OLD.source OR NEW.version < OLD.version
    OR (OLD.first_due_at IS NOT NULL AND NEW.first_due_at IS DISTINCT FROM OLD.first_due_at) THEN
    RAISE EXCEPTION 'number, receipt, registration, source and first deadline never change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_workflow';
END IF;
RETURN NEW;
