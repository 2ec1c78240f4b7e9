namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Binds a parameter of a function to something outside it.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>Binds a parameter to what starts the function; a function has exactly one.</summary>
public abstract class TriggerBindingAttribute : BindingAttribute;

/// <summary>Binds a parameter to an input that the runtime provides.</summary>
public abstract class InputBindingAttribute : BindingAttribute;
