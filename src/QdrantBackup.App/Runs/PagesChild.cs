using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>
/// Works through a plan page by page, inside a child of the run that begins anew every hundred steps: a plan may have millions of items, and no history grows with it.
/// </summary>
internal sealed class PagesChild<TItem, TCursor>(TaskOrchestrationContext context, PagesInput<TItem, TCursor> input)
    where TCursor : class
{
    /// <summary>How many items are listed at once.</summary>
    public const int PageSize = 100;

    private const int StepsPerGeneration = 100;
    private readonly Task<string> _cancel = context.WaitForExternalEvent<string>(Events.Cancel);
    private long _told = input.SoFar.Done;

    /// <summary>One generation.</summary>
    /// <param name="list">Lists a page.</param>
    /// <param name="step">Takes one step on an item, from a position in it.</param>
    /// <param name="nameOf">What an item is called.</param>
    public async Task<PagesOutcome> RunAsync(
        Func<TCursor, Task<Page<TItem, TCursor>>> list, Func<TItem, string?, PagesOutcome, Task<StepOutcome>> step, Func<TItem, string> nameOf)
    {
        ChildOfRun.ThrowUnlessStartedByRun(context);
        var left = new Queue<TItem>(input.Left);
        var (next, position, outcome) = (input.Next, input.Position, input.SoFar);
        for (var steps = 0; steps < StepsPerGeneration && !_cancel.IsCompleted; steps++)
        {
            if (left.Count == 0)
            {
                if (next is null)
                {
                    return outcome with { Current = null };
                }

                var page = await list(next);
                (left, next) = (new Queue<TItem>(page.Items), page.Next);
                continue;
            }

            outcome = outcome with { Current = nameOf(left.Peek()) };
            Tell(outcome, always: outcome.Done == 0 && position is null);
            (outcome, position) = await step(left.Peek(), position, outcome);
            if (position is null)
            {
                left.Dequeue();
                outcome = outcome with { Done = outcome.Done + 1 };
            }
        }

        if (_cancel.IsCompleted)
        {
            return outcome with { IsCancelled = true, Current = null };
        }

        context.ContinueAsNew(input with { Left = [.. left], Next = next, Position = position, SoFar = outcome });
        return outcome;
    }

    // About fifty reports whatever the plan's length: each is an event in the run's history.
    private void Tell(PagesOutcome outcome, bool always)
    {
        if (always || outcome.Done - _told >= Math.Max(1, input.Total / 50))
        {
            _told = outcome.Done;
            context.SendEvent(input.RootId, Events.Progress, outcome);
        }
    }
}
