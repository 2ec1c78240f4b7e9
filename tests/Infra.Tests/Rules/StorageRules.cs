using Infra.Tests.Compiler;

namespace Infra.Tests.Rules;

/// <summary>Of every storage account, and of the backup account in particular.</summary>
internal static class StorageRules
{
    private const string Account = "Microsoft.Storage/storageAccounts";
    private const string Blobs = "Microsoft.Storage/storageAccounts/blobServices";

    public const int LeastRecoveryDays = 14;

    public static IReadOnlyList<Rule> All { get; } =
    [
        Rule.Values("No storage account accepts shared keys", Account, ("properties.allowSharedKeyAccess", "false")),
        Rule.Values("No storage account lets a blob be public", Account, ("properties.allowBlobPublicAccess", "false")),
        Rule.Values("No container is public", Blobs + "/containers", ("properties.publicAccess", "\"None\"")),
        Rule.Values("Storage speaks TLS 1.2 and https only", Account, ("properties.minimumTlsVersion", "\"TLS1_2\""), ("properties.supportsHttpsTrafficOnly", "true")),
        Rule.Values("No storage account has local users", Account, ("properties.isLocalUserEnabled", "false")),
        Rule.Values("No storage account replicates into another tenant", Account, ("properties.allowCrossTenantReplication", "false")),
        new("No service of Azure gets past the accounts' network rules, but for the lifecycle rules of the backup account", d => d.OfType(Account).SelectMany(account =>
            Rule.Differences(account, ("properties.networkAcls.bypass", account.Id == d.BackupAccount.Id ? "\"AzureServices\"" : "\"None\"")))),
        new("With a network of its own, no storage account is reached from outside it", d => d.OfType(Account).SelectMany(account => Rule.Differences(
            account,
            ("properties.publicNetworkAccess", d.IsPrivate ? "\"Disabled\"" : "\"Enabled\""),
            ("properties.networkAcls.defaultAction", d.IsPrivate ? "\"Deny\"" : "\"Allow\"")))),
        new("Backups are in an account of their own, and each host has one", AccountsAreApart),
        new("The backup account can be copied within its tenant only", d => Rule.Differences(d.BackupAccount, ("properties.allowedCopyScope", "\"AAD\""))),
        new("The backup account encrypts twice", d => Rule.Differences(d.BackupAccount, ("properties.encryption.requireInfrastructureEncryption", "true"))),
        new("The backup account keeps versions", d => Rule.Differences(BackupBlobs(d), ("properties.isVersioningEnabled", "true"))),
        new("The backup account has a change feed", d => Rule.Differences(BackupBlobs(d), ("properties.changeFeed.enabled", "true"))),
        new("What is deleted from the backup account can be undeleted for two weeks at least", d => CanBeUndeleted(BackupBlobs(d))),
        new("Nothing in the backup account can be purged before its time", d => Rule.Differences(BackupBlobs(d), ("properties.deleteRetentionPolicy.allowPermanentDelete", "false"))),
        new("Immutability is there where it is asked for, and locked where that is", ImmutabilityIsAsAskedFor),
    ];

    private static Resource BackupBlobs(Deployment d) => d.OfType(Blobs).Single(b => b.Id.StartsWith(d.BackupAccount.Id + "/", StringComparison.Ordinal));

    private static IEnumerable<string> CanBeUndeleted(Resource blobs) =>
        from policy in new[] { "deleteRetentionPolicy", "containerDeleteRetentionPolicy" }
        where (bool?)blobs[$"properties.{policy}.enabled"] != true || (int?)blobs[$"properties.{policy}.days"] is not >= LeastRecoveryDays
        select $"{blobs}: {policy} is {blobs[$"properties.{policy}"]?.ToJsonString()}";

    private static IEnumerable<string> AccountsAreApart(Deployment d)
    {
        var hosts = d.Apps.Select(app => d.SettingsOf(app)["AzureWebJobsStorage__blobServiceUri"]).ToList();
        return Rule.Difference("accounts", d.OfType(Account).Where(a => a.Id != d.BackupAccount.Id).Select(a => $"{{storageAccounts/{a.Name}.primaryEndpoints.blob}}"), hosts)
            .Concat(Rule.Difference("the number of accounts", [3], [d.OfType(Account).Count()]));
    }

    private static IEnumerable<string> ImmutabilityIsAsAskedFor(Deployment d)
    {
        var policy = d.BackupAccount["properties.immutableStorageWithVersioning"]?.ToJsonString();
        var expected = d.Variant == "hardened"
            ? """{"enabled":true,"immutabilityPolicy":{"immutabilityPeriodSinceCreationInDays":30,"state":"Locked","allowProtectedAppendWrites":false}}"""
            : null;
        return policy == expected ? [] : [$"{d.BackupAccount}: immutability is {policy ?? "missing"}"];
    }
}
