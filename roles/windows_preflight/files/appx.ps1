# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The AppX packages of all accounts, and those that new accounts get.

# Without this service, as on some installations without a desktop, there are no packages and perhaps no commands for them.
$hasPackages = Test-Path -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Services\AppXSvc'

# The SIDs of the accounts for which a package is installed; for others it is only staged. Names of accounts may be localized.
function Get-PackageUser {
    param($Package)
    foreach ($each in $Package.PackageUserInformation) {
        if ([string]$each.InstallState -ne 'Installed') { continue }
        # An object with a Sid, or a text that begins with one, by version of Windows.
        if ($each.UserSecurityId.Sid) { [string]$each.UserSecurityId.Sid } else { ([string]$each.UserSecurityId -split '[\s\[]')[0] }
    }
}

$Ansible.Result = @{
    # Bundles too: the version of a provisioned bundle is not that of the packages in it.
    packages = Read-List 'packages' {
        if ($hasPackages) {
            foreach ($package in Get-AppxPackage -AllUsers -PackageTypeFilter Main, Bundle) {
                $users = @(Get-PackageUser -Package $package)
                if ($users.Count -eq 0) { continue }
                @{
                    name = $package.Name
                    full_name = $package.PackageFullName
                    version = [string]$package.Version
                    bundle = [bool]$package.IsBundle
                    users = $users
                    # Windows 10 1607 and Server 2016 lack NonRemovable, and sign their own packages as System.
                    part_of_windows = [bool]($package.IsFramework -or $package.IsResourcePackage -or $package.NonRemovable -or
                        [string]$package.SignatureKind -eq 'System')
                }
            }
        }
    }
    provisioned = Read-List 'provisioned' {
        if ($hasPackages) {
            foreach ($package in Get-AppxProvisionedPackage -Online) {
                @{
                    name = $package.DisplayName
                    version = [string]$package.Version
                    # The full name of a bundle has no architecture, but a tilde as its resource.
                    bundle = $package.PackageName -like '*_~_*'
                }
            }
        }
    }
    unread = $unread
}
