namespace LocalFunctions.Soak.Plants;

/// <summary>The faults that the simulation must find, by name: the table of docs/simulation.md.</summary>
internal static class PlantedFaults
{
    public static readonly IReadOnlyDictionary<string, Func<Plant>> All = new Dictionary<string, Func<Plant>>(StringComparer.Ordinal)
    {
        ["acknowledges before the commit"] = () => new EarlyAcknowledgement(),
        ["drops what arrives during a turn"] = () => new WrongSql(
            "DELETE FROM inbox WHERE sequence = $1",
            "DELETE FROM inbox WHERE sequence = $1 OR due = 0 AND sequence > $1 AND instance_id = (SELECT instance_id FROM inbox WHERE sequence = $1)"),
        ["applies a result twice"] = () => new WrongMessages("TaskCompleted", isCarried: false, times: 2),
        ["loses a sub-orchestration's result"] = () => new WrongMessages("SubOrchestrationInstanceCompleted", isCarried: false, times: 0),
        ["loses the events that continue-as-new carries over"] = () => new WrongMessages("EventRaised", isCarried: true, times: 0),
        ["loses timers at a restart"] = () => new WrongOpening("DELETE FROM inbox WHERE due > 0"),
        ["forgets activities at a restart"] = () => new WrongSql("SELECT sequence, instance_id FROM activities ORDER BY sequence", "SELECT sequence, instance_id FROM activities WHERE 0"),
        ["forgets at a restart who was reached"] = () => new WrongSql(
            "SELECT DISTINCT instance_id FROM inbox WHERE due <= $1", "SELECT DISTINCT instance_id FROM inbox WHERE due < -$1"),
        ["forgets the lease"] = () => new NoLease(),
        ["reorders messages"] = () => new WrongSql("AND due <= $2 ORDER BY due, sequence LIMIT", "AND due <= $2 ORDER BY due, sequence DESC LIMIT"),
        ["fires timers early"] = () => new WrongSql("due > $2 AND due <= $3", "due > $2 AND due <= $3 + 100000000"),
        ["starts twice on the same id"] = () => new WrongSql(
            "SELECT status FROM instances WHERE id = $1", "SELECT status FROM instances WHERE id = $1 AND status <> 6"),
        ["writes a turn again whose commit only seemed to fail"] = () => new WrongSql(
            " AND NOT EXISTS(SELECT 1 FROM history WHERE instance_id = $1 AND sequence >= $3)", " AND $3 = $3"),
        ["takes an activity out before it has run"] = () => new WrongSql(
            "SELECT sequence, instance_id, execution_id, task_id, name, input FROM activities WHERE sequence = $1",
            "DELETE FROM activities WHERE sequence = $1 RETURNING sequence, instance_id, execution_id, task_id, name, input"),
        ["hears answers meant for an earlier life of its id"] = () => new WrongSql("AND ($2 IS NULL OR execution_id = $2)", "AND ($2 IS NULL OR $2 = $2)"),
    };
}
