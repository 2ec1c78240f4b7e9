using Microsoft.DurableTask;
using QdrantBackup.Catalog;

namespace QdrantBackup.App.Runs;

/// <summary>A run's steps, ticked off one after the other; every change becomes the orchestration's custom status.</summary>
internal sealed class Checklist
{
    private const int MaxCurrent = 10;
    private const int MaxErrors = 8;
    private const int MaxNameLength = 64;
    private const int MaxMessageLength = 300;
    private const int MaxHintLength = 200;

    private readonly TaskOrchestrationContext _context;
    private readonly StepStatus[] _steps;
    private readonly List<RunError> _errors = [];
    private string _state = "running";
    private string _step = "";
    private Progress _parts;
    private Progress _bytes;
    private IReadOnlyList<string> _current = [];
    private SeenBackup? _committed;
    private bool _isOver;

    public Checklist(TaskOrchestrationContext context, params string[] steps)
    {
        _context = context;
        _steps = [.. steps.Select(s => new StepStatus(s, "pending"))];
    }

    public void Enter(string step)
    {
        Close("done");
        _step = step;
        Set(step, "running");
        Publish();
    }

    /// <summary>Says how the step that is under way ended, where it did not simply succeed.</summary>
    public void Judge(string state)
    {
        Close(state);
        Publish();
    }

    /// <summary>Says how a step ended that is over.</summary>
    public void Mark(string step, string state)
    {
        Set(step, state);
        Publish();
    }

    public void Say(string state)
    {
        _state = state;
        Publish();
    }

    public void Report(Progress parts, Progress bytes, IEnumerable<string> current)
    {
        _parts = parts;
        _bytes = bytes;
        _current = [.. current.Take(MaxCurrent).Select(n => Cut(n, MaxNameLength))];
        Publish();
    }

    public void Add(IEnumerable<RunError> errors)
    {
        _errors.AddRange(errors.Take(MaxErrors - _errors.Count).Select(e => e with { Message = Cut(e.Message, MaxMessageLength), Hint = Cut(e.Hint, MaxHintLength) }));
        Publish();
    }

    /// <summary>Ends the checklist: every step has a final state, and what never began was skipped. Only a run that did all its work is at 100 percent; any other shows none.</summary>
    public void Finish(string state, SeenBackup? committed)
    {
        _committed = committed;
        Close("done");
        for (var i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].State == "pending")
            {
                _steps[i] = _steps[i] with { State = "skipped" };
            }
        }

        _state = state;
        _step = state;
        _current = [];
        _isOver = true;
        Publish();
    }

    private void Close(string state)
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].State == "running")
            {
                _steps[i] = _steps[i] with { State = state };
            }
        }
    }

    private void Set(string step, string state)
    {
        var index = Array.FindIndex(_steps, s => s.Name == step);
        _steps[index] = _steps[index] with { State = state };
    }

    private void Publish()
    {
        double? percent = _isOver ? (_state == "complete" ? 100 : null) : _bytes.Total > 0 ? PercentOf(_bytes) : PercentOf(_parts);
        _context.SetCustomStatus(new RunStatus(_state, _step, [.. _steps], _parts, _bytes, percent, _current, [.. _errors], _committed));
    }

    private static double PercentOf(Progress progress) =>
        progress.Total > 0 ? Math.Min(100, Math.Round(100.0 * progress.Done / progress.Total, 1)) : 0;

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
