using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function on a schedule, in UTC, never twice at a time.</summary>
/// <param name="schedule">NCRONTAB with 5 or 6 fields, or <c>%setting%</c> naming an app setting that holds it.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>The schedule as written, <c>%setting%</c> unresolved.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether the schedule status is kept, so that a run missed while the host was down is made up once.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs whenever the host starts.</summary>
    public bool RunOnStartup { get; set; }
}

/// <summary>What a timer function is told about the run.</summary>
public class TimerInfo
{
    /// <summary>When the schedule last fired and fires next; null if it is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for one that was missed.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>The kept state of a schedule.</summary>
public class ScheduleStatus
{
    /// <summary>When it last fired.</summary>
    public DateTime Last { get; set; }

    /// <summary>When it fires next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was last written.</summary>
    public DateTime LastUpdated { get; set; }
}
