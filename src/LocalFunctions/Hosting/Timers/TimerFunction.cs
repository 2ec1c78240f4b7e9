using LocalFunctions.Hosting.Discovery;
using LocalFunctions.Hosting.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Timers;

/// <summary>A timer function with its schedule read.</summary>
internal sealed record TimerFunction(FunctionDescriptor Function, TimerSchedule Schedule, bool UseMonitor, bool RunOnStartup, bool IsDisabled)
{
    /// <summary>What its listener serves.</summary>
    public TimerPlan Plan => new(Function.Name, Schedule, RunOnStartup);

    /// <exception cref="FunctionsStartupException">A schedule cannot be read.</exception>
    public static IReadOnlyList<TimerFunction> Find(IEnumerable<FunctionDescriptor> functions, IConfiguration settings) =>
        functions.Where(function => function.Kind == FunctionKind.Timer).Select(function => Of(function, settings)).ToList();

    private static TimerFunction Of(FunctionDescriptor function, IConfiguration settings)
    {
        var trigger = (TimerTriggerAttribute)function.Trigger;
        var expression = SettingReferences.Resolve(trigger.Schedule, settings, function.Place);
        try
        {
            return new TimerFunction(
                function, TimerSchedule.Parse(expression), trigger.UseMonitor, trigger.RunOnStartup, DisabledFunctions.Contains(settings, function.Name));
        }
        catch (FormatException failure)
        {
            throw new FunctionsStartupException($"{function.Place}: the schedule {failure.Message}", failure);
        }
    }
}

/// <summary>When a timer function runs.</summary>
/// <param name="Function">Its name.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="RunOnStartup">Whether it also runs when the host starts.</param>
internal sealed record TimerPlan(string Function, TimerSchedule Schedule, bool RunOnStartup);
