using LocalFunctions.Durable;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using LocalFunctions.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalFunctions.Tests.Conformance;

/// <summary>One turn of an orchestrator over events that the test makes up.</summary>
internal sealed class OneTurn(Func<TaskOrchestrationContext, Task<object?>> body)
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public static HistoryEvent Started => In(HistoryEventType.ExecutionStarted) with { Name = "Main" };

    public static HistoryEvent Turn(int minute) => In(HistoryEventType.OrchestratorStarted) with { Timestamp = Noon.AddMinutes(minute) };

    public static HistoryEvent Scheduled(int id, string activity) => new(HistoryEventType.TaskScheduled, id, Noon) { Name = activity };

    public static HistoryEvent Completed(int task, string result) => In(HistoryEventType.TaskCompleted) with { TaskId = task, Result = $"\"{result}\"" };

    public static HistoryEvent Raised(string name, string payload) => In(HistoryEventType.EventRaised) with { Name = name, Input = $"\"{payload}\"" };

    public TurnResult Run(HistoryEvent[] past, params HistoryEvent[] arrived)
    {
        var functions = new TestFunctions().Orchestrator("Main", body);
        var replay = new OrchestrationReplay("one", Started, functions, new JsonPayloads(TestFunctions.Json), new ReplayRules(), Loggers);
        return replay.Run(past, arrived, Noon.AddHours(1));
    }

    private static HistoryEvent In(HistoryEventType type) => new(type, -1, Noon);
}
